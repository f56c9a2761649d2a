#include "labels.h"

#include <stddef.h>

lanes_status lanes_check_labels(int64_t rows, int64_t classes, const int32_t *labels, const lanes_label_options *options) {
  if (rows == 0) return LANES_OK;
  if (!(options->smoothing >= 0 && options->smoothing <= 1)) return LANES_INVALID_SMOOTHING;
  /* Class 0, which is never out of range, where nothing is ignored. */
  const int32_t ignored = options->ignores ? options->ignored_label : 0;
  const int32_t last = classes > INT32_MAX ? INT32_MAX : (int32_t)(classes - 1);
  int bad = 0;
  for (int64_t i = 0; i < rows; i++) bad |= ((labels[i] < 0) | (labels[i] > last)) & (labels[i] != ignored);
  return bad ? LANES_INVALID_LABEL : LANES_OK;
}

float lanes_weight_of_rows(const lanes_kernels *kernels, int64_t rows, const int32_t *labels,
                           const lanes_label_options *options) {
  const float *weights = labels ? options->class_weights : NULL;
  if (!weights) {
    int64_t counted = rows;
    for (int64_t i = 0; labels && options->ignores && i < rows; i++) counted -= labels[i] == options->ignored_label;
    return (float)counted;
  }
  float block[LANES_SUM_BLOCK], sum = 0;
  for (int64_t first = 0; first < rows; first += LANES_SUM_BLOCK) {
    const int64_t count = rows - first < LANES_SUM_BLOCK ? rows - first : LANES_SUM_BLOCK;
    for (int64_t i = 0; i < count; i++)
      block[i] = lanes_is_ignored(options, labels[first + i]) ? 0 : weights[labels[first + i]];
    sum += kernels->reduce.sum(count, block);
  }
  return sum;
}

lanes_status lanes_mean_of_losses(const lanes_context *context, int64_t rows, const float *loss, float weight, float *mean) {
  float sum;
  lanes_status status = lanes_reduce(context, LANES_SUM, LANES_EVERYTHING, 1, rows, loss, rows, &sum);
  if (status == LANES_OK) *mean = lanes_by_weight(sum, weight);
  return status;
}
