/* What dense rows are worth it, and where their kernels find the values of a vector's lanes. */
#include "matmul.h"

enum { SOME = 8, MANY = 16, NEVER = INT32_MAX };
const int32_t lanes_dense_least[LANES_DENSE_STEPS][LANES_DENSE] = {
    {SOME, SOME, SOME, SOME, MANY, MANY, MANY, MANY},
    {NEVER, SOME, SOME, SOME, MANY, MANY, MANY, MANY}, /* one column has pairs of its own */
    {SOME, SOME, SOME, SOME, MANY, MANY, MANY, MANY},
    {SOME, SOME, SOME, SOME, MANY, MANY, MANY, MANY},
    {NEVER, NEVER, SOME, SOME, SOME, NEVER, NEVER, NEVER},
    {NEVER, NEVER, SOME, SOME, SOME, NEVER, NEVER, NEVER},
};

#define EACH_OF_4(X, l, ...) X(l, __VA_ARGS__), X(l + 1, __VA_ARGS__), X(l + 2, __VA_ARGS__), X(l + 3, __VA_ARGS__)
#define EACH_LANE(X, ...)                                                                                              \
  {EACH_OF_4(X, 0, __VA_ARGS__), EACH_OF_4(X, 4, __VA_ARGS__), EACH_OF_4(X, 8, __VA_ARGS__), EACH_OF_4(X, 12, __VA_ARGS__)}

#define VALUE(l, n, k) (l) / (n) * (k)
#define VALUES(n, k) EACH_LANE(VALUE, n, k)
#define VALUES_OF(k)                                                                                                   \
  { VALUES(1, k), VALUES(2, k), VALUES(3, k), VALUES(4, k), VALUES(5, k), VALUES(6, k), VALUES(7, k), VALUES(8, k) }
const uint8_t lanes_dense_values[LANES_DENSE_STEPS][LANES_DENSE][LANES_LANES] = {
    VALUES_OF(1), VALUES_OF(2), VALUES_OF(3), VALUES_OF(4), VALUES_OF(5), VALUES_OF(6),
};

#define COLUMN(l, n) (l) % (n)
#define COLUMNS(n) EACH_LANE(COLUMN, n)
const uint8_t lanes_dense_columns[LANES_DENSE][LANES_LANES] = {
    COLUMNS(1), COLUMNS(2), COLUMNS(3), COLUMNS(4), COLUMNS(5), COLUMNS(6), COLUMNS(7), COLUMNS(8),
};
