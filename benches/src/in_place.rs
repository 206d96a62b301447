//! rustls's unbuffered API, which seals to where records go and opens them where they are. A host
//! that has no room for whole flights cannot use it; rustls 0.24 opens in place for all.

use crate::laps::Laps;
use crate::native;
use crate::pki;
use crate::work::{BATCH, Running, within};
use rustls::client::UnbufferedClientConnection;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState::*, UnbufferedStatus};
use std::time::Duration;

pub const NAME: &str = "rustls in place";

/// Takes what came, and answers. True once data can be sent.
macro_rules! step {
    ($conn:expr, $input:expr, $output:expr) => {
        loop {
            let UnbufferedStatus { discard, state, .. } = $conn.process_tls_records(&mut $input);
            let (is_over, is_done) = match state.expect("a handshake") {
                EncodeTlsData(mut flight) => {
                    let mut buf = [0; 4096];
                    let len = flight.encode(&mut buf).expect("room for a flight");
                    $output.extend_from_slice(&buf[..len]);
                    (false, false)
                }
                TransmitTlsData(sent) => {
                    sent.done();
                    (false, false)
                }
                WriteTraffic(_) => (true, true),
                _ => (true, false),
            };
            $input.drain(..discard);
            if is_over {
                break is_done;
            }
        }
    };
}

pub fn bulk(suite: i32, size: usize) -> Running {
    let mut pair = Pair::new(suite);
    let data = vec![7; size];
    let mut buf = vec![0; size];
    let mut wire = vec![0; 2 * BATCH];
    let mut pass = move |lent: bool, budget: Duration| {
        let [mut seal, mut open] = Default::default();
        within(budget, || {
            let mut end = 0;
            Laps::time(&mut seal, || {
                (0..BATCH / size).for_each(|_| end += pair.seal(&data, &mut wire[end..]));
            });
            Laps::time(&mut open, || {
                let take = |plaintext: &[u8]| {
                    if !lent {
                        buf.copy_from_slice(plaintext);
                    }
                };
                assert_eq!(pair.open(&mut wire[..end], take), BATCH, "it is all there");
            });
        });
        [seal, open].map(|laps| BATCH as f64 / 1e6 / laps.mean())
    };
    Box::new(move |budget| {
        let [seal, copied] = pass(false, budget);
        let [_, lent] = pass(true, budget);
        vec![Some(seal), Some(copied), Some(lent)]
    })
}

struct Pair {
    client: UnbufferedClientConnection,
    server: UnbufferedServerConnection,
}

impl Pair {
    /// After the handshake.
    fn new(suite: i32) -> Self {
        let configs = native::configs(&pki::settings(suite, false));
        let client = UnbufferedClientConnection::new(configs.client, configs.name);
        let mut client = client.expect("a client");
        let mut server = UnbufferedServerConnection::new(configs.server).expect("a server");
        let (mut to_client, mut to_server) = (Vec::new(), Vec::new());
        while !step!(client, to_client, to_server) | !step!(server, to_server, to_client) {}
        step!(server, to_server, to_client);
        Self { client, server }
    }

    /// A record: how much of `out` it fills.
    fn seal(&mut self, data: &[u8], out: &mut [u8]) -> usize {
        match self.client.process_tls_records(&mut []).state {
            Ok(WriteTraffic(mut open)) => open.encrypt(data, out).expect("room for a record"),
            other => panic!("{other:?}"),
        }
    }

    /// All records: how much plaintext there was.
    fn open(&mut self, mut wire: &mut [u8], mut take: impl FnMut(&[u8])) -> usize {
        let mut total = 0;
        while !wire.is_empty() {
            let status = self.server.process_tls_records(wire);
            let mut used = status.discard;
            if let Ok(ReadTraffic(mut records)) = status.state {
                while let Some(record) = records.next_record() {
                    let record = record.expect("a record");
                    take(record.payload);
                    total += record.payload.len();
                    used += record.discard;
                }
            }
            assert!(used > 0, "records are whole");
            wire = &mut wire[used..];
        }
        total
    }
}
