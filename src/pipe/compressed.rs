//! Reads a file that may be compressed with gzip or zstd. Its first bytes decide, not its name.

use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use std::error::Error;
use std::io::{self, BufRead, BufReader, Read};

/// The first bytes of a gzip member.
const GZIP: &[u8] = &[0x1f, 0x8b];
/// The first bytes of a zstd frame.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// The content of `file`, decompressed where it is compressed.
///
/// # Errors
/// The file cannot be read.
pub fn decompressed(mut file: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut first = Vec::with_capacity(ZSTD.len());
    // Byte by byte: a line of a live stream must not wait for the next one.
    while first.len() < ZSTD.len() && [GZIP, ZSTD].iter().any(|magic| magic.starts_with(&first)) {
        if (&mut file).take(1).read_to_end(&mut first)? == 0 {
            break;
        }
    }
    let (is_gzip, is_zstd) = (first.starts_with(GZIP), first.starts_with(ZSTD));
    let whole = io::Cursor::new(first).chain(file);
    Ok(if is_gzip {
        Box::new(Gzip(MultiGzDecoder::new(BufReader::new(whole))))
    } else if is_zstd {
        Box::new(Frames::Between(BufReader::new(whole)))
    } else {
        Box::new(whole)
    })
}

/// Why compressed data cannot be read on.
fn damaged(format: &str, error: &io::Error) -> io::Error {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::UnexpectedEof) {
            let what = "the compressed data ends early, and only what could be decompressed was read; copy or compress the file again";
            return io::Error::new(io::ErrorKind::UnexpectedEof, what);
        }
        cause = error.source();
    }
    io::Error::new(io::ErrorKind::InvalidData, format!("damaged {format}: {error}"))
}

/// The gzip members of a file, one after the other.
struct Gzip<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| damaged("gzip", &error))
    }
}

/// The zstd frames of a file, one after the other. A program that appends to a file writes a frame each time.
// Only one exists for each input.
#[allow(clippy::large_enum_variant)]
enum Frames<R: BufRead> {
    In(StreamingDecoder<R, ruzstd::decoding::FrameDecoder>),
    Between(R),
    Over,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            // A frame that is damaged ends the input.
            *self = match std::mem::replace(self, Self::Over) {
                Self::In(mut frame) => match frame.read(buffer).map_err(|error| damaged("zstd", &error))? {
                    0 if !buffer.is_empty() => Self::Between(frame.into_inner()),
                    count => {
                        *self = Self::In(frame);
                        return Ok(count);
                    }
                },
                Self::Between(mut input) => {
                    if input.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    Self::In(StreamingDecoder::new(input).map_err(|e| damaged("zstd", &io::Error::other(e)))?)
                }
                Self::Over => return Ok(0),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};
    use std::io::Write;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn read(bytes: Vec<u8>) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        decompressed(io::Cursor::new(bytes))?.read_to_end(&mut content)?;
        Ok(content)
    }

    #[test]
    fn reads_every_form() {
        let long = b"{\"type\":\"x\"}\n".repeat(50_000);
        for text in [&b""[..], b"{", b"plain text", &long] {
            assert!(read(text.to_vec()).unwrap() == text);
            assert!(read(gzip(text)).unwrap() == text);
            assert!(read(zstd(text)).unwrap() == text);
        }
    }

    #[test]
    fn reads_appended_pieces() {
        for compress in [gzip, zstd] {
            assert_eq!(read([compress(b"one\n"), compress(b"two\n")].concat()).unwrap(), b"one\ntwo\n");
        }
    }

    #[test]
    fn damage_is_an_error() {
        for compress in [gzip, zstd] {
            let bytes = compress(&b"{\"type\":\"x\"}\n".repeat(1000));
            for length in [5, 12, bytes.len() - 9] {
                let error = read(bytes[..length].to_vec()).unwrap_err().to_string();
                assert!(error.starts_with("the compressed data ends early"), "{length}: {error}");
            }
            let error = read([compress(b"one\n"), b"garbage".repeat(4)].concat()).unwrap_err().to_string();
            assert!(error.starts_with("damaged "), "{error}");
        }
    }
}
