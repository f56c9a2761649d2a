/* The words for the enumerations of lanes.h. */
#include "../include/lanes.h"

#include <stddef.h>

#define NAME_UNARY(NAME, name, argument) #name,
#define NAME(NAME, name) #name,
static const char *const unary_names[] = {LANES_UNARY_LIST(NAME_UNARY)};
static const char *const binary_names[] = {LANES_BINARY_LIST(NAME)};
static const char *const ternary_names[] = {LANES_TERNARY_LIST(NAME)};
static const char *const reduce_names[] = {LANES_REDUCE_LIST(NAME)};
static const char *const isa_names[] = {LANES_ISA_LIST(NAME)};

#define ARGUMENT(NAME, name, argument) LANES_FROM_##argument,
static const lanes_gradient_argument unary_arguments[] = {LANES_UNARY_LIST(ARGUMENT)};

const char *lanes_unary_name(lanes_unary_op op) { return (unsigned)op < LANES_UNARY_COUNT ? unary_names[op] : NULL; }
const char *lanes_binary_name(lanes_binary_op op) { return (unsigned)op < LANES_BINARY_COUNT ? binary_names[op] : NULL; }
const char *lanes_ternary_name(lanes_ternary_op op) {
  return (unsigned)op < LANES_TERNARY_COUNT ? ternary_names[op] : NULL;
}
const char *lanes_reduce_name(lanes_reduce_op op) { return (unsigned)op < LANES_REDUCE_COUNT ? reduce_names[op] : NULL; }
const char *lanes_isa_name(lanes_isa isa) { return (unsigned)isa < LANES_ISA_COUNT ? isa_names[isa] : NULL; }

lanes_gradient_argument lanes_unary_gradient_argument(lanes_unary_op op) {
  return (unsigned)op < LANES_UNARY_COUNT ? unary_arguments[op] : LANES_FROM_OUTPUT;
}

const char *lanes_version(void) { return LANES_VERSION; }

const char *lanes_status_message(lanes_status status) {
  switch (status) {
  case LANES_OK: return "success";
  case LANES_INVALID_OPERATION: return "the operation, axis or transpose is not in its enumeration";
  case LANES_INVALID_SIZE: return "a size is negative, or a product of sizes is too large";
  case LANES_INVALID_STRIDE: return "a stride is shorter than a row, or a broadcasting stride is neither 0 nor 1";
  case LANES_NULL_POINTER: return "a pointer to something that is not empty is null";
  case LANES_OVERLAP: return "an output overlaps an input, and is not exactly that input";
  case LANES_INVALID_LABEL: return "a label is not the number of a class";
  case LANES_EMPTY: return "there is no element to choose from";
  case LANES_OUT_OF_MEMORY: return "memory could not be allocated";
  case LANES_UNKNOWN_ISA: return "no instruction set has this name: portable, avx2, avx512 and neon are known";
  case LANES_UNAVAILABLE_ISA: return "this machine, system or build does not have that instruction set";
  case LANES_INVALID_THREADS: return "the number of threads is not between 1 and 1024";
  case LANES_INVALID_PACKING: return "the packed matrix was not packed for this shape and instruction set";
  case LANES_INVALID_SMOOTHING: return "the label smoothing is not between 0 and 1";
  case LANES_STATUS_COUNT: break;
  }
  return "unknown status";
}
