/* Says what to install where Debian's OpenMP library is missing, instead of a linker error at the end of the build.
 *
 * Looks for what the linker will look for, libomp5.so (Debian's name, in libomp-dev's folder for the architecture), on Debian
 * and its kin only. Define LANES_LIBOMP_ELSEWHERE where the linker finds it in another place, as in a cross build. */
#ifndef LANES_LIBOMP_H
#define LANES_LIBOMP_H

#if defined(__x86_64__)
#define LANES_LIBOMP "/usr/lib/x86_64-linux-gnu/libomp5.so"
#elif defined(__aarch64__)
#define LANES_LIBOMP "/usr/lib/aarch64-linux-gnu/libomp5.so"
#endif

#if defined(LANES_LIBOMP) && !defined(LANES_LIBOMP_ELSEWHERE) && __has_include("/etc/debian_version")
#if !__has_include(LANES_LIBOMP) && !__has_include("/usr/local/lib/libomp5.so") && !__has_include("/usr/lib/libomp5.so")
#error "libomp is missing: apt-get install libomp-dev, or build without the trait OpenMP (--disable-default-traits)"
#endif
#endif

#endif
