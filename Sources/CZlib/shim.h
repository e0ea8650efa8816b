#include <zlib.h>

// inflateInit2 is a macro. 31 = 15-bit window + gzip wrapper.
static inline int ca_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 31); }
