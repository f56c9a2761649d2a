/* Optimizer passes: one read and one write of each array (CONTRACT.md, C7). The scalar tail runs the same operations. */

/* Rule, is_treated and is_averaged are constants where this is inlined, so that what is not asked for costs nothing. Where
 * a gradient is treated in part, the rest of the treatment is exact. */
ALWAYS_INLINE void LANES_NAME(update_loop)(lanes_update_rule rule, int is_treated, int is_averaged,
                                           const lanes_update_call *call, int64_t begin, int64_t n) {
  float *w = call->parameter + begin, *s = is_averaged ? call->average + begin : w;
  const float *g = call->gradient + begin;
  float *first = rule != LANES_SGD ? call->first + begin : w;
  float *second = rule >= LANES_RMS_PROP ? call->second + begin : w;
  float rate = call->rate, beta1 = call->beta1, beta2 = call->beta2, epsilon = call->epsilon;
  float share1 = 1 - beta1, share2 = 1 - beta2, average_share = 1 - call->average_decay;
  float scale = call->scale, low = call->low, high = call->high, decay = call->decay, shrink = call->shrink;
  int decays = decay != 0, shrinks = shrink != 0;
  SIMD for (int64_t i = 0; i < n; i++) {
    float x = w[i], d = g[i];
    if (is_treated) {
      d = scale * d;
      d = d < low ? low : d > high ? high : d;
      d = decays ? lanes_fma(decay, x, d) : d;
      x = shrinks ? lanes_fma(-shrink, x, x) : x;
    }
    if (rule == LANES_SGD) {
      x = lanes_fma(-rate, d, x);
    } else if (rule == LANES_MOMENTUM || rule == LANES_NESTEROV) {
      float v = lanes_fma(beta1, first[i], d);
      first[i] = v;
      x = lanes_fma(-rate, rule == LANES_NESTEROV ? lanes_fma(beta1, v, d) : v, x);
    } else if (rule == LANES_ADAGRAD) {
      float a = lanes_fma(d, d, first[i]);
      first[i] = a;
      x = x - rate * d / (__builtin_sqrtf(a) + epsilon);
    } else if (rule == LANES_RMS_PROP) {
      float q = lanes_fma(share1, lanes_fma(d, d, -first[i]), first[i]);
      float u = lanes_fma(beta2, second[i], rate * d / __builtin_sqrtf(q + epsilon));
      first[i] = q;
      second[i] = u;
      x = x - u;
    } else {
      float m = lanes_fma(share1, d - first[i], first[i]);
      float v = lanes_fma(share2, lanes_fma(d, d, -second[i]), second[i]);
      first[i] = m;
      second[i] = v;
      x = x - rate * m / (__builtin_sqrtf(v) + epsilon);
    }
    w[i] = x;
    if (is_averaged) s[i] = lanes_fma(average_share, x - s[i], s[i]);
  }
}

/* One function a rule: its four loops. */
#define LANES_UPDATE_RULE(stem, rule)                                                                                  \
  static void LANES_NAME(stem)(const lanes_update_call *call, int64_t begin, int64_t n, int is_treated) {              \
    if (!is_treated && !call->average)                                                                                 \
      LANES_NAME(update_loop)(rule, 0, 0, call, begin, n);                                                             \
    else if (!is_treated)                                                                                              \
      LANES_NAME(update_loop)(rule, 0, 1, call, begin, n);                                                             \
    else if (!call->average)                                                                                           \
      LANES_NAME(update_loop)(rule, 1, 0, call, begin, n);                                                             \
    else                                                                                                               \
      LANES_NAME(update_loop)(rule, 1, 1, call, begin, n);                                                             \
  }

LANES_UPDATE_RULE(sgd, LANES_SGD)
LANES_UPDATE_RULE(momentum, LANES_MOMENTUM)
LANES_UPDATE_RULE(nesterov, LANES_NESTEROV)
LANES_UPDATE_RULE(adagrad, LANES_ADAGRAD)
LANES_UPDATE_RULE(rms_prop, LANES_RMS_PROP)
LANES_UPDATE_RULE(adam, LANES_ADAM)
#undef LANES_UPDATE_RULE

static void LANES_NAME(moving_average)(int64_t n, float *s, const float *w, float share) {
  SIMD for (int64_t i = 0; i < n; i++) s[i] = lanes_fma(share, w[i] - s[i], s[i]);
}

#define LANES_UPDATE_KERNELS                                                                                           \
  {                                                                                                                    \
    .rules = {[LANES_SGD] = LANES_NAME(sgd),                                                                           \
              [LANES_MOMENTUM] = LANES_NAME(momentum),                                                                 \
              [LANES_NESTEROV] = LANES_NAME(nesterov),                                                                 \
              [LANES_ADAGRAD] = LANES_NAME(adagrad),                                                                   \
              [LANES_RMS_PROP] = LANES_NAME(rms_prop),                                                                 \
              [LANES_ADAM] = LANES_NAME(adam)},                                                                        \
    .moving_average = LANES_NAME(moving_average),                                                                      \
  }
