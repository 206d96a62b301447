//! Certificate compression (RFC 8879) with zlib. Not rustls's own, which every client would link
//! both ways: it compresses only where it has a certificate to show.

use rustls::CertificateCompressionAlgorithm as Algorithm;
use rustls::compress::{
    CertCompressor, CertDecompressor, CompressionFailed, CompressionLevel, DecompressionFailed,
};

pub const DECOMPRESSORS: &[&dyn CertDecompressor] = &[
    #[cfg(feature = "compression")]
    &Zlib,
];

pub const COMPRESSORS: &[&dyn CertCompressor] = &[
    #[cfg(feature = "compression")]
    &Zlib,
];

/// What a config has of a list. Set in any case: a Rust program may have rustls bring its own.
pub fn chosen<T: ?Sized>(list: &[&'static T], enabled: bool) -> Vec<&'static T> {
    if enabled { list.to_vec() } else { Vec::new() }
}

#[cfg(feature = "compression")]
#[derive(Debug)]
struct Zlib;

#[cfg(feature = "compression")]
impl CertDecompressor for Zlib {
    fn decompress(&self, input: &[u8], output: &mut [u8]) -> Result<(), DecompressionFailed> {
        use miniz_oxide::inflate::TINFLStatus::Done;
        use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags as flags};
        let how = flags::TINFL_FLAG_PARSE_ZLIB_HEADER
            | flags::TINFL_FLAG_COMPUTE_ADLER32
            | flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let mut state = Box::<DecompressorOxide>::default();
        match decompress(&mut state, input, output, 0, how) {
            (Done, used, written) if used == input.len() && written == output.len() => Ok(()),
            _ => Err(DecompressionFailed),
        }
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::Zlib
    }
}

#[cfg(feature = "compression")]
impl CertCompressor for Zlib {
    fn compress(
        &self,
        input: Vec<u8>,
        level: CompressionLevel,
    ) -> Result<Vec<u8>, CompressionFailed> {
        use miniz_oxide::deflate::{CompressionLevel as Miniz, compress_to_vec_zlib};
        let level = match level {
            CompressionLevel::Interactive => Miniz::DefaultLevel,
            CompressionLevel::Amortized => Miniz::BestCompression,
        };
        Ok(compress_to_vec_zlib(&input, level as u8))
    }

    fn algorithm(&self) -> Algorithm {
        Algorithm::Zlib
    }
}
