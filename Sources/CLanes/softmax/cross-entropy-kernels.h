/* Softmax cross-entropy (CONTRACT.md, C6), of labels and of targets, from the passes of softmax-kernels.h. */

ALWAYS_INLINE void LANES_NAME(store_rows)(float *to, const float *values, int64_t rows) {
  if (rows == 16) memcpy(to, values, 64);
  else LANES_NAME(store_tail)(to, values, rows);
}

/* The row to fetch while one is computed; NULL where rows are short or there is none. */
ALWAYS_INLINE const float *LANES_NAME(row_after)(const lanes_cross_entropy_call *call, int64_t row) {
  return call->columns > 4096 && row + 1 < call->rows ? call->logits + (row + 1) * call->logits_stride : NULL;
}

/* Without options (NULL), and where it does not smooth, the compiler leaves nothing of them. */
ALWAYS_INLINE void LANES_NAME(label_rows)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                          const lanes_label_options *options, int smooths) {
  const int64_t n = call->columns;
  const int32_t *labels = call->labels + first;
  const float *logits = call->logits + first * call->logits_stride, scale = call->scale;
  float *gradient = call->gradient ? call->gradient + first * call->gradient_stride : NULL;
  const float *next = LANES_NAME(row_after)(call, first);
  V16 short_rows[LANES_SOFTMAX_ROWS];
  float maximum[LANES_SOFTMAX_ROWS], at_label[LANES_SOFTMAX_ROWS] = {0}, sum[LANES_SOFTMAX_ROWS] = {0};
  float exponents[LANES_SOFTMAX_ROWS] = {0}, weight[LANES_SOFTMAX_ROWS] = {0};
  int counts[LANES_SOFTMAX_ROWS] = {0};
  for (int64_t i = 0; i < rows; i++) {
    if (options) {
      if (lanes_is_ignored(options, labels[i])) continue;
      weight[i] = options->class_weights ? options->class_weights[labels[i]] : 1;
      counts[i] = 1;
    }
    const float *x = logits + i * call->logits_stride;
    float *below = smooths ? &exponents[i] : NULL;
    maximum[i] = LANES_NAME(row_peak)(n, x);
    at_label[i] = x[labels[i]] - maximum[i];
    if (n < 16) {
      short_rows[i] = LANES_NAME(short_exp)(n, x, maximum[i], &sum[i], below);
    } else {
      float *z = gradient ? gradient + i * call->gradient_stride : NULL;
      if (z) sum[i] = LANES_NAME(exp_sum)(n, x, maximum[i], z, next, NULL, NULL, below);
      else sum[i] = LANES_NAME(exp_sum)(n, x, maximum[i], NULL, next, NULL, NULL, below);
    }
  }
  const float smoothing = smooths ? options->smoothing : 0, classes = (float)n;
  const float share = smooths ? smoothing / classes : 0, target = smooths ? (1 - smoothing) + share : 1;
  float loss[LANES_SOFTMAX_ROWS], r[LANES_SOFTMAX_ROWS], scales[LANES_SOFTMAX_ROWS], slope[LANES_SOFTMAX_ROWS];
  SIMD for (int i = 0; i < LANES_SOFTMAX_ROWS; i++) {
    const float log_sum = LANES_NAME(log)(sum[i]);
    float value = log_sum - at_label[i];
    if (smooths) value = lanes_fma(1 - smoothing, value, smoothing * (log_sum - exponents[i] / classes));
    loss[i] = !options ? value : counts[i] ? weight[i] * value : 0;
    r[i] = 1 / sum[i];
    scales[i] = options ? scale * weight[i] : scale;
    slope[i] = (LANES_NAME(exp)(at_label[i]) * r[i] - target) * scales[i];
  }
  if (call->loss) LANES_NAME(store_rows)(call->loss + first, loss, rows);
  const LANES_NAME(last_pass) pass = smooths ? SMOOTHED : SCALE_TWICE;
  for (int64_t i = 0; gradient && i < rows; i++, gradient += call->gradient_stride) {
    if (options && !counts[i]) {
      memset(gradient, 0, sizeof(float) * (size_t)n);
      continue;
    }
    const LANES_NAME(row_values) row = {.r = r[i], .scale = options ? scales[i] : scale, .share = share};
    if (n < 16) LANES_NAME(store16_tail)(gradient, LANES_NAME(last16)(pass, row, short_rows[i], (V16){0}), n);
    else LANES_NAME(last)(pass, row, n, gradient, NULL, gradient, 0);
    gradient[labels[i]] = slope[i];
  }
}

/* The same for long rows whose gradient goes past the cache, by way of a row of scratch memory: the gradient of one is written
 * while the next is computed, and the one after that fetched. */
ALWAYS_INLINE void LANES_NAME(streamed_label_rows)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                                   float *scratch, const lanes_label_options *options, int smooths) {
  const int64_t n = call->columns;
  const float smoothing = smooths ? options->smoothing : 0, classes = (float)n;
  const float share = smooths ? smoothing / classes : 0, target = smooths ? (1 - smoothing) + share : 1;
  LANES_NAME(row_stream) stream = {.waiting.pass = smooths ? SMOOTHED : SCALE_TWICE};
  float *at_label_of_waiting = NULL, slope = 0;
  for (int64_t row = first; row < first + rows; row++) {
    const int32_t label = call->labels[row];
    const float *x = call->logits + row * call->logits_stride;
    float *gradient = call->gradient + row * call->gradient_stride;
    if (options && lanes_is_ignored(options, label)) {
      if (call->loss) call->loss[row] = 0;
      memset(gradient, 0, sizeof(float) * (size_t)n);
      continue;
    }
    const float weight = options && options->class_weights ? options->class_weights[label] : 1, logit = x[label];
    const float *next = row + 1 < first + rows ? x + call->logits_stride : NULL;
    float maximum, exponents = 0;
    const float sum = LANES_NAME(streamed_sum)(&stream, n, x, next, scratch, &maximum, smooths ? &exponents : NULL);
    if (at_label_of_waiting) *at_label_of_waiting = slope;
    const float at_label = logit - maximum, log_sum = LANES_NAME(log)(sum), r = 1 / sum;
    const float scale = options ? call->scale * weight : call->scale;
    float loss = log_sum - at_label;
    if (smooths) loss = lanes_fma(1 - smoothing, loss, smoothing * (log_sum - exponents / classes));
    if (call->loss) call->loss[row] = options ? weight * loss : loss;
    stream.waiting.values = (LANES_NAME(row_values)){.r = r, .scale = scale, .share = share};
    stream.waiting.z = scratch, stream.waiting.y = gradient;
    at_label_of_waiting = gradient + label, slope = (LANES_NAME(exp)(at_label) * r - target) * scale;
  }
  LANES_NAME(finish_stream)(&stream, n);
  if (at_label_of_waiting) *at_label_of_waiting = slope;
}

static void LANES_NAME(cross_entropy_labels)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                             float *scratch) {
  if (scratch) LANES_NAME(streamed_label_rows)(call, first, rows, scratch, NULL, 0);
  else LANES_NAME(label_rows)(call, first, rows, NULL, 0);
}

static void LANES_NAME(cross_entropy_options)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                              float *scratch) {
  if (scratch) LANES_NAME(streamed_label_rows)(call, first, rows, scratch, &call->label_options, 0);
  else LANES_NAME(label_rows)(call, first, rows, &call->label_options, 0);
}

static void LANES_NAME(cross_entropy_smoothed)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                               float *scratch) {
  if (scratch) LANES_NAME(streamed_label_rows)(call, first, rows, scratch, &call->label_options, 1);
  else LANES_NAME(label_rows)(call, first, rows, &call->label_options, 1);
}

/* Σ t·(log(s) − (x − M)), where a target of 0 counts nothing whatever its logit. */
ALWAYS_INLINE float LANES_NAME(dense_loss)(int64_t n, const float *x, const float *t, float maximum, float log_sum) {
  V16 lanes = {0};
  for (int64_t i = 0; i < n; i += 16) {
    const int whole = n - i >= 16;
    V16 logit = whole ? LANES_NAME(load16)(x + i) : LANES_NAME(load16_tail)(x + i, n - i);
    V16 target = whole ? LANES_NAME(load16)(t + i) : LANES_NAME(load16_tail)(t + i, n - i);
    LANES_NAME(choice16) aim = (LANES_NAME(choice16))target;
    LANES_NAME(choice16) terms = (LANES_NAME(choice16))(target * (log_sum - (logit - maximum)));
    lanes += (V16)(aim == 0 ? (LANES_NAME(choice16))0 : terms);
  }
  return LANES_NAME(tree)(lanes);
}

static void LANES_NAME(cross_entropy_targets)(const lanes_cross_entropy_call *call, int64_t first, int64_t rows,
                                              float *scratch) {
  const int64_t n = call->columns;
  const float *logits = call->logits + first * call->logits_stride;
  const float *targets = call->targets + first * call->targets_stride;
  float *gradient = call->gradient ? call->gradient + first * call->gradient_stride : NULL;
  const int64_t stride = call->gradient_stride;
  /* The loss needs the logits once more: they may not be overwritten by z, nor may short rows wait for it. */
  const int stores = n >= 16 && gradient && call->gradient != call->logits;
  const float *next = LANES_NAME(row_after)(call, first);
  float maximum[LANES_SOFTMAX_ROWS], sum[LANES_SOFTMAX_ROWS] = {0};
  for (int64_t i = 0; i < rows; i++) {
    const float *x = logits + i * call->logits_stride;
    maximum[i] = LANES_NAME(row_peak)(n, x);
    float *z = scratch ? scratch : gradient + i * stride;
    if (stores) sum[i] = LANES_NAME(exp_sum)(n, x, maximum[i], z, next, NULL, NULL, NULL);
    else sum[i] = LANES_NAME(exp_sum)(n, x, maximum[i], NULL, next, NULL, NULL, NULL);
  }
  float log_sum[LANES_SOFTMAX_ROWS], r[LANES_SOFTMAX_ROWS];
  SIMD for (int i = 0; i < LANES_SOFTMAX_ROWS; i++) log_sum[i] = LANES_NAME(log)(sum[i]), r[i] = 1 / sum[i];
  for (int64_t i = 0; i < rows; i++) {
    const float *x = logits + i * call->logits_stride, *t = targets + i * call->targets_stride;
    if (call->loss) call->loss[first + i] = LANES_NAME(dense_loss)(n, x, t, maximum[i], log_sum[i]);
    if (!gradient) continue;
    const LANES_NAME(row_values) row = {.maximum = maximum[i], .r = r[i], .scale = call->scale};
    float *out = gradient + i * stride;
    if (!stores) LANES_NAME(last)(DENSE_FROM_LOGIT, row, n, x, t, out, 0);
    else if (scratch) LANES_NAME(last)(DENSE_GRADIENT, row, n, scratch, t, out, 1);
    else LANES_NAME(last)(DENSE_GRADIENT, row, n, out, t, out, 0);
  }
}
