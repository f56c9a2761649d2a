/* T1's table. tanh(origin) is a float, almost: c[0]. Columns of zeros are never met. */
#ifndef LANES_TANH_TABLE_H
#define LANES_TANH_TABLE_H

/* In each of 16 intervals, tanh(a) = Σ c[p]·(a − origin)^p. */
typedef struct lanes_tanh_intervals {
  float origin[16] __attribute__((aligned(64))), c[7][16];
} lanes_tanh_intervals;

static const lanes_tanh_intervals lanes_tanh_table = {
    {0x1.3f200ep+0f, 0x1.bf8016p+0f, 0x1.21307ap+1f, 0x1.5f7744p+1f, 0x1.c068d6p+1f, 0x1.20347ap+2f, 0x1.5fe8bep+2f,
     0x1.9e4af6p+2f, 0x1.fe2804p+2f, 0x1.154246p+3f, 0, 0, 0, 0x1.7ef05ap-2f, 0x1.3ea936p-1f, 0x1.c10af4p-1f},
    {{0x1.b1d446p-1f, 0x1.e1decep-1f, 0x1.f4f44cp-1f, 0x1.fbcc22p-1f, 0x1.ff12b2p-1f, 0x1.ffdfdcp-1f, 0x1.fffb9cp-1f,
      0x1.ffff6p-1f, 0x1.fffff8p-1f, 0x1.fffffep-1f, 0, 0, 0, 0x1.6e0864p-2f, 0x1.1b06ccp-1f, 0x1.68eccep-1f},
     {0x1.20d034p-2f, 0x1.d3e3e2p-4f, 0x1.5da66ep-5f, 0x1.0bdcecp-6f, 0x1.da304p-9f, 0x1.011948p-11f, 0x1.190054p-14f,
      0x1.40015ap-17f, 0x1.0060b2p-21f, 0x1.fffd76p-24f, 0, 0, 0x1p+0f, 0x1.be948p-1f, 0x1.638bfcp-1f, 0x1.01929p-1f},
     {-0x1.e96fcap-3f, -0x1.b85b36p-4f, -0x1.561b5ep-5f, -0x1.09aa0cp-6f, -0x1.d95444p-9f, -0x1.010924p-11f,
      -0x1.18fd5ap-14f, -0x1.3ffd26p-17f, -0x1.000f5ap-21f, -0x1.ffd34ep-24f, 0, 0, -0x1.1d21e2p-20f, -0x1.3f4378p-2f,
      -0x1.891536p-2f, -0x1.6b245ep-2f},
     {0x1.bc6576p-4f, 0x1.0281b8p-4f, 0x1.b45bd6p-6f, 0x1.5c6154p-7f, 0x1.3a1d64p-9f, 0x1.563044p-12f,
      0x1.763b0ap-15f, 0x1.aa3f04p-18f, 0x1.4f41cp-22f, 0x1.541f8cp-24f, 0, 0, -0x1.554532p-2f, -0x1.6f3238p-3f,
      -0x1.3bde16p-6f, 0x1.511eb4p-4f},
     {-0x1.913406p-7f, -0x1.81fbd4p-6f, -0x1.8dc14ep-7f, -0x1.50da0ap-8f, -0x1.37d564p-10f, -0x1.55d0ep-13f,
      -0x1.764586p-16f, -0x1.ab2058p-19f, -0x1.5358a6p-23f, -0x1.4c760ap-25f, 0, 0, -0x1.3117a2p-10f, 0x1.581574p-3f,
      0x1.1be904p-3f, 0x1.ed268ap-5f},
     {-0x1.478fdp-6f, 0x1.c5436cp-9f, 0x1.01fa62p-8f, 0x1.f9881p-10f, 0x1.fedd9cp-12f, 0x1.1c9096p-14f,
      0x1.382ff8p-17f, 0x1.6318dcp-20f, 0x1.4136a4p-24f, 0x1.d7e0ap-27f, 0, 0, 0x1.24d942p-3f, 0x1.3c584ap-6f,
      -0x1.bbedf2p-5f, -0x1.e126dcp-5f},
     {0x1.edaf9p-7f, 0x1.1322bep-9f, -0x1.7bb088p-11f, -0x1.1e9b76p-11f, -0x1.4a89a2p-13f, -0x1.7b36f2p-16f,
      -0x1.9dfa4p-19f, -0x1.c19c7cp-22f, -0x1.9297cap-26f, -0x1.7af83ep-29f, 0, 0, -0x1.2dc416p-5f, -0x1.1ab9fep-4f,
      -0x1.9b1946p-6f, 0x1.a6294cp-7f}},
};

#endif
