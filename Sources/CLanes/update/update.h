/* The update kernels' part of the table. All work on n contiguous elements. */
#ifndef LANES_UPDATE_H
#define LANES_UPDATE_H

#include "../include/lanes.h"

typedef struct lanes_update_kernels {
  void (*sgd)(int64_t n, float *w, const float *g, float rate);
  void (*momentum)(int64_t n, float *w, float *v, const float *g, float rate, float momentum);
  void (*nesterov)(int64_t n, float *w, float *v, const float *g, float rate, float momentum);
  void (*adagrad)(int64_t n, float *w, float *a, const float *g, float rate, float epsilon);
  /* share is 1 − rho. */
  void (*rms_prop)(int64_t n, float *w, float *s, float *u, const float *g, float rate, float share, float momentum,
                   float epsilon);
  /* first_share and second_share are 1 − beta1 and 1 − beta2. */
  void (*adam)(int64_t n, float *w, float *m, float *v, const float *g, float rate, float first_share,
               float second_share, float epsilon, float shrink);
  /* share is 1 − decay. */
  void (*moving_average)(int64_t n, float *s, const float *w, float share);
} lanes_update_kernels;

#endif
