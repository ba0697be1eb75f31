#pragma once
#include <zlib.h>

// `inflateInit2` and `deflateInit2` are macros, which Swift does not import; 16 more than the largest window means a gzip
// wrapper.
static inline int sheaf_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

static inline int sheaf_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}
