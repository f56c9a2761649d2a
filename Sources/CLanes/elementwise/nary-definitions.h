/* Each binary and ternary function once, as scalar C (CONTRACT.md, C4). */

#define DEFINE_BINARY(name) ALWAYS_INLINE float LANES_NAME(name)(float a, float b)

DEFINE_BINARY(add) { return a + b; }
DEFINE_BINARY(subtract) { return a - b; }
DEFINE_BINARY(multiply) { return a * b; }
DEFINE_BINARY(divide) { return a / b; }
DEFINE_BINARY(minimum) {
  float equal = a == b ? FLOAT_OF(BITS_OF(a) | BITS_OF(b)) : __builtin_nanf("");
  return a < b ? a : b < a ? b : equal;
}
DEFINE_BINARY(maximum) {
  float equal = a == b ? FLOAT_OF(BITS_OF(a) & BITS_OF(b)) : __builtin_nanf("");
  return a > b ? a : b > a ? b : equal;
}
DEFINE_BINARY(greater) { return a > b ? 1 : 0; }
DEFINE_BINARY(greaterEqual) { return a >= b ? 1 : 0; }
DEFINE_BINARY(equal) { return a == b ? 1 : 0; }

#undef DEFINE_BINARY

ALWAYS_INLINE float LANES_NAME(select)(float c, float a, float b) { return c != 0 ? a : b; }
ALWAYS_INLINE float LANES_NAME(clip)(float x, float low, float high) { return x < low ? low : x > high ? high : x; }
