// NVRTC has the device functions of <math.h> built in.
