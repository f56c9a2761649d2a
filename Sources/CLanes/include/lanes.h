/* Lanes: neural-network kernels. Every SIMD lane, every core, the same bits.
 *
 * All matrices are row-major float32. A "stride" is the distance between two rows, in floats. Every function returns a
 * status and checks its arguments before it writes anything: on any status but LANES_OK the outputs are untouched. Nothing
 * here prints, aborts or exits. Any number of threads may call at once. The results are the same bits on every instruction
 * set and with every number of threads; the arithmetic is stated in CONTRACT.md, whose rows (C1 … C8) are cited below.
 *
 * Aliasing: an output may be exactly one of the inputs of an elementwise function (same address, same stride). Any other
 * overlap of an output with an input is LANES_OVERLAP. Pointers need only the alignment of float. A pointer to nothing (a
 * size of 0) may be null.
 */
#ifndef LANES_H
#define LANES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LANES_VERSION "0.1.0"

/* ---------------------------------------------------------------------------------------------------- The operations.
 * The one list. A new function is one line here, its scalar definition in elementwise/, and its twin in the reference.
 * X(NAME, name, argument of the gradient) */
#define LANES_UNARY_LIST(X)                                                                                            \
  X(IDENTITY, identity, OUTPUT)                                                                                        \
  X(RELU, relu, OUTPUT)                                                                                                \
  X(SIGMOID, sigmoid, OUTPUT)                                                                                          \
  X(TANH, tanh, OUTPUT)                                                                                                \
  X(EXP, exp, OUTPUT)                                                                                                  \
  X(LOG, log, INPUT)                                                                                                   \
  X(SQRT, sqrt, OUTPUT)                                                                                                \
  X(SQUARE, square, INPUT)                                                                                             \
  X(ABS, abs, INPUT)                                                                                                   \
  X(NEGATE, negate, OUTPUT)                                                                                            \
  X(RECIPROCAL, reciprocal, OUTPUT)                                                                                    \
  X(LEAKY_RELU, leakyRelu, OUTPUT)                                                                                     \
  X(RELU6, relu6, OUTPUT)                                                                                              \
  X(ELU, elu, OUTPUT)                                                                                                  \
  X(SELU, selu, OUTPUT)                                                                                                \
  X(GELU, gelu, INPUT)                                                                                                 \
  X(GELU_TANH, geluTanh, INPUT)                                                                                        \
  X(SILU, silu, INPUT)                                                                                                 \
  X(MISH, mish, INPUT)                                                                                                 \
  X(SOFTPLUS, softplus, INPUT)                                                                                         \
  X(SOFTSIGN, softsign, INPUT)                                                                                         \
  X(HARD_SIGMOID, hardSigmoid, INPUT)                                                                                  \
  X(HARD_SWISH, hardSwish, INPUT)                                                                                      \
  X(HARD_TANH, hardTanh, OUTPUT)                                                                                       \
  X(ERF, erf, INPUT)                                                                                                   \
  X(EXPM1, expm1, OUTPUT)                                                                                              \
  X(LOG1P, log1p, INPUT)

#define LANES_BINARY_LIST(X)                                                                                           \
  X(ADD, add)                                                                                                          \
  X(SUBTRACT, subtract)                                                                                                \
  X(MULTIPLY, multiply)                                                                                                \
  X(DIVIDE, divide)                                                                                                    \
  X(MINIMUM, minimum)                                                                                                  \
  X(MAXIMUM, maximum)                                                                                                  \
  X(GREATER, greater)                                                                                                  \
  X(GREATER_EQUAL, greaterEqual)                                                                                       \
  X(EQUAL, equal)

#define LANES_TERNARY_LIST(X)                                                                                          \
  X(SELECT, select)                                                                                                    \
  X(CLIP, clip)

#define LANES_REDUCE_LIST(X)                                                                                           \
  X(SUM, sum)                                                                                                          \
  X(MEAN, mean)                                                                                                        \
  X(MAX, max)

#define LANES_ISA_LIST(X)                                                                                              \
  X(PORTABLE, portable)                                                                                                \
  X(AVX2, avx2)                                                                                                        \
  X(AVX512, avx512)                                                                                                    \
  X(NEON, neon)

/* The gradient of a unary function takes the function's output y (OUTPUT) or its input x (INPUT). */
typedef enum lanes_gradient_argument { LANES_FROM_OUTPUT, LANES_FROM_INPUT } lanes_gradient_argument;

#define LANES_X(NAME, name, argument) LANES_##NAME,
typedef enum lanes_unary_op { LANES_UNARY_LIST(LANES_X) LANES_UNARY_COUNT } lanes_unary_op;
#undef LANES_X
#define LANES_X(NAME, name) LANES_##NAME,
typedef enum lanes_binary_op { LANES_BINARY_LIST(LANES_X) LANES_BINARY_COUNT } lanes_binary_op;
typedef enum lanes_ternary_op { LANES_TERNARY_LIST(LANES_X) LANES_TERNARY_COUNT } lanes_ternary_op;
typedef enum lanes_reduce_op { LANES_REDUCE_LIST(LANES_X) LANES_REDUCE_COUNT } lanes_reduce_op;
#undef LANES_X
#define LANES_X(NAME, name) LANES_ISA_##NAME,
typedef enum lanes_isa { LANES_ISA_LIST(LANES_X) LANES_ISA_COUNT } lanes_isa;
#undef LANES_X

/* The names, as in the lists; NULL for a number that is not in the list. */
const char *lanes_unary_name(lanes_unary_op op);
const char *lanes_binary_name(lanes_binary_op op);
const char *lanes_ternary_name(lanes_ternary_op op);
const char *lanes_reduce_name(lanes_reduce_op op);
const char *lanes_isa_name(lanes_isa isa);
lanes_gradient_argument lanes_unary_gradient_argument(lanes_unary_op op);

/* ------------------------------------------------------------------------------------------------------------- Status */
typedef enum lanes_status {
  LANES_OK = 0,
  LANES_INVALID_OPERATION, /* an operation, axis or transpose that is not in its enumeration */
  LANES_INVALID_SIZE,      /* a negative size, or a product of sizes beyond 2^59 elements */
  LANES_INVALID_STRIDE,    /* a stride shorter than a row, or a broadcasting stride that is neither 0 nor 1 */
  LANES_NULL_POINTER,      /* a null pointer to something that is not empty */
  LANES_OVERLAP,           /* an output that overlaps an input other than exactly */
  LANES_INVALID_LABEL,     /* a label below 0 or not below the number of classes, and not ignored */
  LANES_EMPTY,             /* argmax of nothing, softmax over no class */
  LANES_OUT_OF_MEMORY,
  LANES_UNKNOWN_ISA,       /* a name that is not in the list of instruction sets */
  LANES_UNAVAILABLE_ISA,   /* one that this machine, system or build does not have */
  LANES_INVALID_THREADS,   /* a number of threads that is not 1 … LANES_MAX_THREADS */
  LANES_INVALID_PACKING,   /* a packed matrix of another instruction set or shape, or no packed matrix */
  LANES_INVALID_SMOOTHING, /* a label smoothing that is not 0 … 1 */
  LANES_STATUS_COUNT
} lanes_status;

/* One sentence, never NULL. */
const char *lanes_status_message(lanes_status status);

/* ------------------------------------------------------------------------------------------------------------ Context
 * What runs the kernels: an instruction set and a number of threads. Immutable; may be shared by any number of threads.
 * Every operation takes one; NULL is the default context, made once from the machine and the environment:
 *   LANES_ISA          portable, avx2, avx512 or neon; unset: the best that processor and system have
 *   LANES_NUM_THREADS  1 … LANES_MAX_THREADS; unset: the processors that affinity and the cgroup's CPU quota allow
 *   LANES_GRAIN        as `grain` below, for tests; unset, or not a positive number: the library's choice
 * A bad ISA or number of threads makes every call with NULL return its status; lanes_default_context tells it beforehand. */
#define LANES_MAX_THREADS 1024

typedef struct lanes_context lanes_context;

/* How a core computes vectors of 64 bytes: in halves, of which it loads as many as it multiplies, as Zen 4 does; or whole, of
 * which it multiplies two while it loads two. */
typedef enum lanes_core { LANES_CORE_OF_MACHINE, LANES_CORE_OF_HALVES, LANES_CORE_OF_WHOLES } lanes_core;

typedef struct lanes_options {
  const char *isa; /* NULL: as in the default context */
  int threads;     /* 0: as in the default context */
  double grain;    /* nanoseconds of work that justify one more thread; 0: as in the default context. Tests set it tiny,
                      so that small cases run on many threads too; those of
                      matmul's short way, which pack nothing, from 2^17 multiplications on. */
  int64_t streaming_bytes; /* larger outputs of elementwise functions, and of softmax from half of it, go past the caches,
                              and matmul counts on larger operands to come from memory; 0: the last-level cache's size */
  lanes_core core; /* what matmul's tiles and blocks are chosen for; tests set it */
} lanes_options;

lanes_status lanes_default_context(const lanes_context **context);
lanes_status lanes_context_create(const lanes_options *options, lanes_context **context);
void lanes_context_destroy(lanes_context *context); /* NULL is allowed */

lanes_isa lanes_context_isa(const lanes_context *context);
int lanes_context_threads(const lanes_context *context);

/* Whether this processor, system and build can run it. */
int lanes_isa_available(lanes_isa isa);
/* What the default context has where the environment says nothing. */
lanes_isa lanes_isa_of_machine(void);
int lanes_threads_of_machine(void);

/* What the machine offers, for people to read. */
typedef struct lanes_machine {
  int affinity_processors; /* processors that the affinity mask allows */
  double quota_processors; /* the cgroup's CPU quota in processors; 0 where there is none */
  int64_t l1d_bytes, l2_bytes, l3_bytes; /* 0 where the system does not say */
  int openmp;              /* 1 where this build has OpenMP */
} lanes_machine;
lanes_machine lanes_machine_describe(void);

const char *lanes_version(void);

/* ------------------------------------------------------------------------------------------------------------- Matmul */
typedef enum lanes_transpose { LANES_NORMAL, LANES_TRANSPOSED } lanes_transpose;

/* C = activation(alpha·op(A)·op(B) + beta·C + bias), C2. Everything 0 or NULL but the sizes, pointers, strides and alpha is
 * the plain product. alpha = −rate and beta = 1 make C += alpha·op(A)·op(B), as in W −= rate·Xᵀ·dY. */
typedef struct lanes_matmul_call {
  int64_t m, n, k;
  lanes_transpose transpose_a, transpose_b;
  float alpha;
  const float *a; /* m × k, or k × m where transposed */
  int64_t a_stride;
  const float *b; /* k × n, or n × k where transposed */
  int64_t b_stride;
  float beta; /* 0: C is not read, and may be uninitialised */
  float *c;   /* m × n; must not overlap a, b or bias */
  int64_t c_stride;
  const float *bias;         /* n values, added to every row; or NULL */
  lanes_unary_op activation; /* LANES_IDENTITY: none */
  /* Not NULL: m × n values v, and C = activation′(v)·(alpha·op(A)·op(B) + beta·C + bias), the gradient of C3. v are the
   * activation's outputs or inputs, as lanes_unary_gradient_argument says, and must not overlap C. */
  const float *gradient_value;
  int64_t gradient_value_stride;
  /* Not NULL: op(B) as lanes_matmul_pack left it. b, b_stride and transpose_b are then not read. */
  const float *packed_b;
} lanes_matmul_call;

lanes_status lanes_matmul(const lanes_context *context, const lanes_matmul_call *call);

/* A matmul whose sizes, strides, transposes and epilogue were checked and whose way of multiplying was decided on, once, for
 * any number of runs with other pointers. A plain value that the caller owns: it holds no memory, and may be copied and run by
 * several threads at once. The context must outlive it; NULL, the default one, does. */
typedef struct lanes_product {
  uint64_t opaque[120];
} lanes_product;

/* Prepares the call. Its a, b and c are not looked at; bias and gradient_value say whether the runs have one; packed_b is used
 * by all runs, and must stay as it is. On any status but LANES_OK `product` is untouched. */
lanes_status lanes_matmul_prepare(const lanes_context *context, const lanes_matmul_call *call, lanes_product *product);

/* The prepared product of these: the bits of lanes_matmul. Nothing is allocated, but where an operand must be packed, or sums be
 * kept, memory that the thread keeps. Pointers to nothing, or to what C overlaps, are refused as there; b is not read where
 * packed_b is used, nor bias and gradient_value where the call had none. A product that is all zero is a LANES_NULL_POINTER. */
lanes_status lanes_product_run(const lanes_product *product, const float *a, const float *b, float *c, const float *bias,
                               const float *gradient_value);

/* The floats that op(B), k × n, takes when packed for this context's instruction set. */
lanes_status lanes_matmul_packed_size(const lanes_context *context, int64_t k, int64_t n, int64_t *floats);

/* Packs op(B), k × n, for any number of products with that k and n, on contexts of the same instruction set. The bits of the
 * products stay the same. Aligned to 64 bytes, `packed` is read fastest. */
lanes_status lanes_matmul_pack(const lanes_context *context, lanes_transpose transpose_b, int64_t k, int64_t n,
                               const float *b, int64_t b_stride, float *packed);

/* How far apart the operands of two successive products lie, in floats, none negative. An input's may be 0: all products
 * share it. packed_b and bias are shared by all. */
typedef struct lanes_matmul_steps {
  int64_t a, b, c, gradient_value;
} lanes_matmul_steps;

/* `count` products: the bits of as many calls of lanes_matmul. Each C must lie behind the one before, or beside it in the
 * same rows; from the first C to the end of the last, nothing may be an input. */
lanes_status lanes_matmul_batch(const lanes_context *context, const lanes_matmul_call *call, int64_t count,
                                lanes_matmul_steps steps);

/* -------------------------------------------------------------------------------------------------------- Elementwise */

/* y[i] = f(x[i]), C3. y may be x. */
lanes_status lanes_unary(const lanes_context *context, lanes_unary_op op, int64_t count, const float *x, float *y);

/* dx[i] = f'(…)·dy[i], C3. `value` is f's output or input, as lanes_unary_gradient_argument says. dx may be value or dy. */
lanes_status lanes_unary_gradient(const lanes_context *context, lanes_unary_op op, int64_t count, const float *value,
                                  const float *dy, float *dx);

/* Element (i, j) of an operand is data[i·row_stride + j·column_stride]. column_stride is 0 or 1. So a matrix is (stride, 1),
 * a row that is repeated is (0, 1), a column that is repeated (1 or its stride, 0), and a scalar (0, 0). */
typedef struct lanes_operand {
  const float *data;
  int64_t row_stride;
  int64_t column_stride;
} lanes_operand;

/* out[i, j] = f(a[i, j], b[i, j]), C4. out may be a or b where that is a whole matrix with out's stride. */
lanes_status lanes_binary(const lanes_context *context, lanes_binary_op op, int64_t rows, int64_t columns, lanes_operand a,
                          lanes_operand b, float *out, int64_t out_stride);

/* out[i, j] = f(a[i, j], b[i, j], c[i, j]), C4. */
lanes_status lanes_ternary(const lanes_context *context, lanes_ternary_op op, int64_t rows, int64_t columns,
                           lanes_operand a, lanes_operand b, lanes_operand c, float *out, int64_t out_stride);

/* ---------------------------------------------------------------------------------------------------------- Reductions */
typedef enum lanes_axis {
  LANES_EVERYTHING,  /* one result */
  LANES_EACH_ROW,    /* one result a row */
  LANES_EACH_COLUMN, /* one result a column */
  LANES_AXIS_COUNT
} lanes_axis;

/* C5. out must not overlap x. */
lanes_status lanes_reduce(const lanes_context *context, lanes_reduce_op op, lanes_axis axis, int64_t rows,
                          int64_t columns, const float *x, int64_t x_stride, float *out);

/* The index of the largest element, C5: in its row, in its column, or i·columns + j in everything. Sizes up to 2^31 − 1. */
lanes_status lanes_argmax(const lanes_context *context, lanes_axis axis, int64_t rows, int64_t columns, const float *x,
                          int64_t x_stride, int32_t *out);

/* ------------------------------------------------------------------------------------------------------------- Softmax */

/* Each row of y is the softmax of that row of x, C6. y may be x. */
lanes_status lanes_softmax(const lanes_context *context, int64_t rows, int64_t columns, const float *x, int64_t x_stride,
                           float *y, int64_t y_stride);

/* dx = (dy − Σ dy·y)·y, row by row, C6, from softmax's output y. dx may be y or dy. */
lanes_status lanes_softmax_gradient(const lanes_context *context, int64_t rows, int64_t columns, const float *y,
                                    int64_t y_stride, const float *dy, int64_t dy_stride, float *dx, int64_t dx_stride);

/* Each row of y is the logarithm of the softmax of that row of x, C6, without its underflow. y may be x. */
lanes_status lanes_log_softmax(const lanes_context *context, int64_t rows, int64_t columns, const float *x,
                               int64_t x_stride, float *y, int64_t y_stride);

/* dx = dy − exp(y)·Σ dy, row by row, C6, from log-softmax's output y. dx may be y or dy. */
lanes_status lanes_log_softmax_gradient(const lanes_context *context, int64_t rows, int64_t columns, const float *y,
                                        int64_t y_stride, const float *dy, int64_t dy_stride, float *dx,
                                        int64_t dx_stride);

/* What labels mean beyond the number of a class. All zero: nothing more, and costs nothing. */
typedef struct lanes_label_options {
  int ignores; /* not 0: a row whose label is ignored_label, any number, counts nothing; its loss and gradient are +0 */
  int32_t ignored_label;
  const float *class_weights; /* columns values, what a row of each class counts; or NULL: 1 each */
  float smoothing;            /* the share of a label, 0 … 1, that is spread evenly over all classes */
} lanes_label_options;

/* Softmax cross-entropy of each row of the logits, its mean, and `scale` times its gradient, C6. The mean is the sum of the
 * losses by the sum of what the rows count; where that is 0, it is +0. */
typedef struct lanes_cross_entropy_call {
  int64_t rows, columns; /* samples, classes */
  const float *logits;
  int64_t logits_stride;
  const int32_t *labels;             /* a class a row; or NULL, and then targets instead */
  lanes_label_options label_options; /* not looked at without labels */
  const float *targets;              /* a probability a class and row */
  int64_t targets_stride;
  float *loss;     /* a value a row; or NULL */
  float *mean;     /* one value; or NULL */
  float *gradient; /* rows × columns, may be the logits; or NULL */
  int64_t gradient_stride;
  float scale;
  int gradient_of_mean; /* 0: the gradient of the sum of the losses. Else that of the mean. */
} lanes_cross_entropy_call;

lanes_status lanes_softmax_cross_entropy(const lanes_context *context, const lanes_cross_entropy_call *call);

/* Softmax cross-entropy of logits = x·w + bias, and `scale` times its gradients, C8: the bits of lanes_matmul and
 * lanes_softmax_cross_entropy one after the other, with the logits of some rows at a time. For the first ones, w_gradient is
 * scratch memory, too. */
typedef struct lanes_linear_cross_entropy_call {
  int64_t rows, inputs, classes;
  const float *x; /* rows × inputs */
  int64_t x_stride;
  const float *w; /* inputs × classes */
  int64_t w_stride;
  const float *bias;     /* classes values; or NULL */
  const int32_t *labels; /* a class a row */
  lanes_label_options label_options;
  float *loss;       /* a value a row; or NULL. No output may overlap an input or another output. */
  float *mean;       /* one value; or NULL */
  float *x_gradient; /* rows × inputs; or NULL */
  int64_t x_gradient_stride;
  float *w_gradient; /* inputs × classes; or NULL */
  int64_t w_gradient_stride;
  float *bias_gradient; /* classes values; or NULL */
  float scale;
  int gradient_of_mean; /* 0: the gradients of the sum of the losses. Else those of the mean. */
  /* Scratch memory, which overlaps nothing else; NULL, or fewer floats than needed: the call allocates its own. */
  float *workspace;
  int64_t workspace_floats;
} lanes_linear_cross_entropy_call;

lanes_status lanes_linear_cross_entropy(const lanes_context *context, const lanes_linear_cross_entropy_call *call);

/* The floats of workspace that any call of these sizes needs: the logits of some rows, and the losses. */
lanes_status lanes_linear_cross_entropy_workspace(const lanes_context *context, int64_t rows, int64_t inputs,
                                                  int64_t classes, int64_t *floats);

/* ------------------------------------------------------------------------------------------------------------- Updates
 * C7. In place, over `count` elements; no array may overlap another. */
typedef enum lanes_update_rule {
  LANES_SGD,
  LANES_MOMENTUM, /* first: velocity; beta1: momentum */
  LANES_NESTEROV, /* as momentum */
  LANES_ADAGRAD,  /* first: sum of squares; epsilon */
  LANES_RMS_PROP, /* first: mean square; second: velocity; beta1: rho; beta2: momentum; epsilon */
  /* first and second: the moments; beta1, beta2, epsilon. `rate` is the bias-corrected one: learning rate ·
   * √(1 − beta2ᵗ) / (1 − beta1ᵗ) in step t = 1, 2, … */
  LANES_ADAM,
  LANES_UPDATE_COUNT
} lanes_update_rule;

/* One step of an optimizer, in one pass. The order is: gradient · scale, clip, decay, shrink, the rule, the average.
 * What a rule does not name is not looked at. scale = 1, low = −∞, high = +∞, decay = shrink = 0 and average = NULL leave
 * the rule as it is, and cost nothing. */
typedef struct lanes_update_call {
  lanes_update_rule rule;
  int64_t count;
  float *parameter, *first, *second;
  const float *gradient;
  float rate, beta1, beta2, epsilon;
  float scale;     /* times the gradient: to clip by a norm, say */
  float low, high; /* the gradient is moved within these; NaN: no bound */
  float decay;     /* · parameter is added to the gradient: the penalty decay/2 · Σ w² */
  float shrink;    /* the parameter shrinks by this share of itself: AdamW's learning rate · weight decay */
  float *average;  /* follows the new parameter; NULL: none */
  float average_decay;
} lanes_update_call;

lanes_status lanes_update(const lanes_context *context, const lanes_update_call *call);

lanes_status lanes_moving_average(const lanes_context *context, int64_t count, float *average, const float *parameter,
                                  float decay);

#ifdef __cplusplus
}
#endif
#endif
