/* Each binary and ternary function once, as scalar C (CONTRACT.md, C4). */

#define DEFINE(name) ALWAYS_INLINE float LANES_NAME(name)(float a, float b)

DEFINE(add) { return a + b; }
DEFINE(subtract) { return a - b; }
DEFINE(multiply) { return a * b; }
DEFINE(divide) { return a / b; }
DEFINE(minimum) {
  float equal = a == b ? FLOAT_OF(BITS_OF(a) | BITS_OF(b)) : __builtin_nanf("");
  return a < b ? a : b < a ? b : equal;
}
DEFINE(maximum) {
  float equal = a == b ? FLOAT_OF(BITS_OF(a) & BITS_OF(b)) : __builtin_nanf("");
  return a > b ? a : b > a ? b : equal;
}
DEFINE(greater) { return a > b ? 1 : 0; }
DEFINE(greaterEqual) { return a >= b ? 1 : 0; }
DEFINE(equal) { return a == b ? 1 : 0; }

#undef DEFINE

ALWAYS_INLINE float LANES_NAME(select)(float c, float a, float b) { return c != 0 ? a : b; }
ALWAYS_INLINE float LANES_NAME(clip)(float x, float low, float high) { return x < low ? low : x > high ? high : x; }
