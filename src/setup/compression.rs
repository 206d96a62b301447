//! Certificate compression (RFC 8879) with zlib. Not rustls's own, which every client would link
//! both ways: it compresses only where it has a certificate to show.

use rustls::compress::{CertCompressor, CertDecompressor};
#[cfg(feature = "compression")]
use rustls::{
    CertificateCompressionAlgorithm as Algorithm,
    compress::{CompressionFailed, CompressionLevel, DecompressionFailed},
};

pub const DECOMPRESSORS: &[&dyn CertDecompressor] = &[
    #[cfg(feature = "compression")]
    &Zlib,
];

pub const COMPRESSORS: &[&dyn CertCompressor] = &[
    #[cfg(feature = "compression")]
    &Zlib,
];

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

#[cfg(all(test, feature = "compression"))]
mod tests {
    use super::*;

    /// What is not exactly what was announced is refused (RFC 8879, section 4).
    #[test]
    fn decompresses_only_the_whole() {
        let plain: Vec<u8> = (0..1000_u32).map(|it| (it * it) as u8).collect();
        let good = Zlib.compress(plain.clone(), CompressionLevel::Interactive).unwrap();
        let refuses = |input: &[u8], len: usize| {
            assert!(Zlib.decompress(input, &mut vec![0; len]).is_err(), "{} to {len}", input.len());
        };
        let mut output = vec![0; plain.len()];
        Zlib.decompress(&good, &mut output).unwrap();
        assert_eq!(output, plain);
        for len in [0, 1, plain.len() - 1, plain.len() + 1, 2 * plain.len()] {
            refuses(&good, len);
        }
        for end in 0..good.len() {
            refuses(&good[..end], plain.len());
        }
        refuses(&[&good[..], &[0]].concat(), plain.len());
        let mut changed = good;
        *changed.last_mut().unwrap() ^= 1; // of the checksum
        refuses(&changed, plain.len());
    }
}
