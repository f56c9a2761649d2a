/* Products that are checked and decided on once, and run many times with other pointers. */
#include "../core/checks.h"
#include "chain-order.h"
#include "small-decide.h"
#include "bands.h"

/* How far an input reaches, and it and C together, in bytes less one; 0 together where it is not read. */
typedef struct reach {
  uintptr_t input, both;
} reach;

/* What a lanes_product holds, in its own type's memory. */
typedef struct __attribute__((may_alias)) product {
  lanes_small_product small; /* first, as its run is given the product; with the run of those that are not small, too */
  int32_t has_bias, has_gradient_value;
  int64_t is_checked; /* always: the quick look sees no gradient's values, and no packed B */
  reach a, b, bias;
  lanes_matmul_call call; /* its packed_b is used, its other pointers are not */
  const lanes_context *context;
  union {
    chain_job chain;
    lanes_small_product beside_turned_b;
  };
} product;

_Static_assert(offsetof(product, small) == 0, "a run finds what it takes");
_Static_assert(sizeof(product) <= sizeof(lanes_product), "a product has its place");
_Static_assert(_Alignof(product) <= _Alignof(lanes_product), "and its alignment");

static lanes_status run_nothing(const void *product, const float *a, const float *b, float *c, const float *bias,
                                const float *gradient_value) {
  (void)product, (void)a, (void)b, (void)c, (void)bias, (void)gradient_value;
  return LANES_OK;
}

static inline lanes_matmul_call call_of(const product *product, const float *a, const float *b, float *c, const float *bias,
                                        const float *gradient_value) {
  lanes_matmul_call call = product->call;
  call.a = a;
  call.b = b;
  call.c = c;
  call.bias = bias;
  call.gradient_value = product->has_gradient_value ? gradient_value : NULL;
  return call;
}

static lanes_status run_chain_order(const void *prepared, const float *a, const float *b, float *c, const float *bias,
                                    const float *gradient_value) {
  const product *product = prepared;
  const lanes_matmul_call call = call_of(product, a, b, c, bias, gradient_value);
  return lanes_chain_run(&product->chain, &call);
}

static lanes_status run_small(const void *prepared, const float *a, const float *b, float *c, const float *bias,
                              const float *gradient_value) {
  const product *product = prepared;
  const lanes_matmul_call call = call_of(product, a, b, c, bias, gradient_value);
  return lanes_multiply_small(product->context, &call);
}

static lanes_status run_beside_turned_b(const void *prepared, const float *a, const float *b, float *c, const float *bias,
                                        const float *gradient_value) {
  const product *product = prepared;
  const lanes_small_product *beside = &product->beside_turned_b;
  _Alignas(64) float turned[LANES_ON_STACK];
  lanes_turn_b(&product->context->kernels->matmul, &product->call, b, turned);
  return beside->run(beside, a, turned, c, bias, gradient_value);
}

static lanes_status run_bands(const void *prepared, const float *a, const float *b, float *c, const float *bias,
                               const float *gradient_value) {
  const product *product = prepared;
  const lanes_matmul_call call = call_of(product, a, b, c, bias, gradient_value);
  return lanes_multiply_bands(product->context, &call);
}

static lanes_status run_lane_order(const void *prepared, const float *a, const float *b, float *c, const float *bias,
                                   const float *gradient_value) {
  const product *product = prepared;
  const lanes_matmul_call call = call_of(product, a, b, c, bias, gradient_value);
  return lanes_matmul_in_lane_order(product->context, &call);
}

/* What the quick look below cannot tell: whether something is wrong with the pointers. It runs the product where it is not. */
static __attribute__((noinline)) lanes_status run_checked(const product *product, const float *a, const float *b, float *c,
                                                          const float *bias, const float *gradient_value) {
  if ((product->has_bias && !bias) || (product->has_gradient_value && !gradient_value)) return LANES_NULL_POINTER;
  const lanes_matmul_call call = call_of(product, a, b, c, bias, gradient_value);
  LANES_TRY(lanes_matmul_check(product->context, &call));
  return product->small.run(product, a, b, c, bias, gradient_value);
}

static inline int may_overlap(const float *input, const float *c, reach reach) {
  return (uintptr_t)input - (uintptr_t)c + reach.input < reach.both;
}

lanes_status lanes_product_run(const lanes_product *prepared, const float *a, const float *b, float *c, const float *bias,
                               const float *gradient_value) {
  const product *product = (const struct product *)prepared;
  if (!product || !product->small.run) return LANES_NULL_POINTER;
  bias = product->has_bias ? bias : NULL;
  if (__builtin_expect(!a || !b || !c || may_overlap(a, c, product->a) || may_overlap(b, c, product->b) ||
                           (product->has_bias && (!bias || may_overlap(bias, c, product->bias))) ||
                           product->is_checked,
                       0))
    return run_checked(product, a, b, c, bias, gradient_value);
  return product->small.run(product, a, b, c, bias, gradient_value);
}

static reach reach_of(const lanes_matmul_call *call, int64_t rows, int64_t columns, int64_t stride) {
  const uintptr_t input = 4 * (uintptr_t)((rows - 1) * stride + columns);
  const uintptr_t c = 4 * (uintptr_t)((call->m - 1) * call->c_stride + call->n);
  return (reach){input - 1, input - 1 + c};
}

static void decide(product *product, const lanes_context *context) {
  const lanes_matmul_call *call = &product->call;
  const int64_t k = call->alpha != 0 ? call->k : 0;
  if (call->m == 0 || call->n == 0) {
    product->small.run = run_nothing;
    return;
  }
  if (k > 0) {
    product->a = reach_of(call, call->transpose_a ? k : call->m, call->transpose_a ? call->m : k, call->a_stride);
    if (!call->packed_b)
      product->b = reach_of(call, call->transpose_b ? call->n : k, call->transpose_b ? k : call->n, call->b_stride);
  }
  if (product->has_bias) product->bias = reach_of(call, 1, call->n, call->n);
  const int is_small = k > 0 && lanes_is_small(context, call);
  if (is_small && lanes_is_alone(context, call) && !lanes_turns_b(context, call)) {
    lanes_decide_part(context, call, call, lanes_is_worth_turning(context, call), 1, &product->small);
  } else if (is_small && lanes_turns_b_on_stack(context, call)) {
    const lanes_matmul_call plain = lanes_beside_turned_b(call);
    lanes_decide_small(context, &plain, 1, &product->beside_turned_b);
    product->small.run = run_beside_turned_b;
  } else if (is_small) {
    product->small.run = run_small;
  } else if (lanes_takes_lane_order(call->m, call->n, k)) {
    product->small.run = run_lane_order;
  } else if (k > 0 && lanes_takes_bands(context, call)) {
    product->small.run = run_bands;
  } else {
    product->chain = lanes_chain_decide(context, call, k);
    product->small.run = run_chain_order;
  }
}

lanes_status lanes_matmul_prepare(const lanes_context *context, const lanes_matmul_call *call, lanes_product *prepared) {
  LANES_TRY(lanes_enter(&context));
  if (!call || !prepared) return LANES_NULL_POINTER;
  LANES_TRY(lanes_matmul_check_shape(context, call));
  product made = {
      .has_bias = call->bias != NULL,
      .has_gradient_value = call->gradient_value != NULL,
      .is_checked = call->gradient_value || call->packed_b,
      .call = *call,
      .context = context,
  };
  /* The runs' pointers are counted upon to be aligned as their strides are. */
  made.call.a = NULL;
  made.call.b = NULL;
  made.call.c = NULL;
  lanes_matmul_straighten(&made.call);
  decide(&made, context);
  *(product *)prepared = made;
  return LANES_OK;
}
