#include <lanes.h>
#include <stdio.h>

int main(void) {
  float a[4] = {1, 2, 3, 4}, b[4] = {5, 6, 7, 8}, c[4];
  lanes_matmul_call call = {
      .m = 2, .n = 2, .k = 2, .alpha = 1, .a = a, .a_stride = 2, .b = b, .b_stride = 2, .c = c, .c_stride = 2};
  lanes_status status = lanes_matmul(NULL, &call);
  if (status != LANES_OK) {
    fprintf(stderr, "%s\n", lanes_status_message(status));
    return 1;
  }
  printf("C: %.1f %.1f %.1f %.1f\n", c[0], c[1], c[2], c[3]);
  return 0;
}
