/* What labels mean to cross-entropy (CONTRACT.md, C6): which are valid, which rows count, and how much. */
#ifndef LANES_LABELS_H
#define LANES_LABELS_H

#include "../core/kernels.h"

/* The smoothing, and that each label is a class or ignored. */
lanes_status lanes_check_labels(int64_t rows, int64_t classes, const int32_t *labels, const lanes_label_options *options);

/* W: what the rows count together; without labels, their number. */
float lanes_weight_of_rows(const lanes_kernels *kernels, int64_t rows, const int32_t *labels,
                           const lanes_label_options *options);

/* What becomes of the sum of the losses, and of the gradient's scale, where the mean is wanted. */
static inline float lanes_by_weight(float value, float weight) { return weight == 0 ? 0 : value / weight; }

lanes_status lanes_mean_of_losses(const lanes_context *context, int64_t rows, const float *loss, float weight, float *mean);

#endif
