//! PEM (RFC 7468) of a certificate.

/// As OpenSSL writes it: in lines of 64 digits.
pub fn pem(der: &[u8]) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in der.chunks(48) {
        for three in line.chunks(3) {
            let byte = |at| three.get(at).map_or(0, |it| usize::from(*it));
            let group = byte(0) << 16 | byte(1) << 8 | byte(2);
            for at in 0..4 {
                let digit = DIGITS[group >> (18 - 6 * at) & 0x3f];
                text.push(char::from(if at <= three.len() { digit } else { b'=' }));
            }
        }
        text.push('\n');
    }
    text + "-----END CERTIFICATE-----\n"
}

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        let digits = |data: &[u8]| {
            let text = pem(data);
            let lines = text.lines().filter(|line| !line.starts_with('-'));
            lines.collect::<Vec<_>>().join("\n")
        };
        for (data, text) in [
            (&b""[..], ""),
            (b"f", "Zg=="),
            (b"fo", "Zm8="),
            (b"foo", "Zm9v"),
            (b"foob", "Zm9vYg=="),
            (b"\xfb\xff\xbe", "+/++"),
        ] {
            assert_eq!(digits(data), text);
        }
        assert_eq!(digits(&[0; 48]), "A".repeat(64));
        assert_eq!(digits(&[0; 49]), format!("{}\nAA==", "A".repeat(64)));
    }

    #[test]
    fn the_length_is_bounded() {
        for len in 0..500 {
            assert!(pem(&vec![0; len]).len() <= 2 * len + 64, "{len}");
        }
    }
}
