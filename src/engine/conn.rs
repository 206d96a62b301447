//! One connection: the state machine behind every call, whatever moves its ciphertext.

use super::budget::Budget;
use super::early::Early;
use super::ends::Ends;
use super::gate::{Gate, Next};
use super::inbound::Inbound;
use super::opening::{Client, Listening, Opening, Refusal};
use super::outbound::Outbound;
use super::record::Record;
use super::side::Side;
use super::{Hello, Outcome, Step, alert, hand_over, version};
use crate::call_context::{CallContext, Sink};
use crate::config::{Config, Settings};
use crate::error::{CertificateFault, Error};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, PeerMisbehaved, ServerConfig};
use std::io::{self, BufRead, Read, Write};
use std::sync::Arc;

pub struct Conn {
    pub(super) phase: Phase,
    pub inbound: Inbound,
    pub(super) outbound: Outbound,
    pub(super) context: CallContext,
    pub(super) settings: Arc<Settings>,
    pub(super) gate: Gate,
    /// The handshake is finished and its last flight is gone.
    pub(super) established: bool,
    /// There is plaintext to read.
    readable: bool,
    pub(super) ends: Ends,
    /// tls-server-end-point of the certificate that this server showed.
    pub(super) channel_binding: Option<Arc<[u8]>>,
    /// The scheme of the peer's signature in the handshake.
    pub(super) peer_signature_scheme: Option<u16>,
    /// How many records of application data were written.
    pub(super) records: u64,
    pub(super) early: Early,
    pub(super) budget: Budget,
}

pub(super) enum Phase {
    Opening(Box<dyn Opening>),
    Open(Box<dyn Side>),
}

impl Phase {
    /// A server that has not answered yet.
    fn listening(&self) -> Option<&Listening> {
        match self {
            Self::Opening(opening) => opening.listening(),
            Self::Open(_) => None,
        }
    }

    fn listening_mut(&mut self) -> Option<&mut Listening> {
        match self {
            Self::Opening(opening) => opening.listening_mut(),
            Self::Open(_) => None,
        }
    }
}

/// What a connection can do now, as bits for a host that polls both ways.
pub struct State {
    pub handshaking: bool,
    pub readable: bool,
    pub wants_write: bool,
    pub wants_blocking: bool,
    pub peer_closed: bool,
    pub closed: bool,
    pub failed: bool,
}

impl Conn {
    pub fn client(config: &Config<ClientConfig>, name: ServerName<'static>) -> Self {
        let opening = Client { config: config.tls.clone(), name, alpn: None };
        Self::new(Box::new(opening), config.settings.clone())
    }

    pub fn server(config: &Config<ServerConfig>) -> Self {
        let mut conn = Self::acceptor();
        conn.choose(config);
        conn
    }

    /// A server without a config: it stops when the ClientHello is whole.
    pub fn acceptor() -> Self {
        Self::new(Box::new(Listening::default()), Arc::default())
    }

    fn new(opening: Box<dyn Opening>, settings: Arc<Settings>) -> Self {
        Self {
            phase: Phase::Opening(opening),
            inbound: Inbound::default(),
            outbound: Outbound::default(),
            context: CallContext::default(),
            settings,
            gate: Gate::default(),
            established: false,
            readable: false,
            ends: Ends::default(),
            channel_binding: None,
            peer_signature_scheme: None,
            records: 0,
            early: Early::default(),
            budget: Budget::default(),
        }
    }

    // Ciphertext in and out.

    /// Takes ciphertext; what follows the end of the connection is dropped.
    pub fn feed(&mut self, data: &[u8]) -> Result<usize, Error> {
        if self.ends.is_at_eof() {
            return Err(Error::state("feed after feed_eof: the transport has ended"));
        }
        if self.ends.drops_input() {
            return Ok(data.len());
        }
        let limit = self.settings.limits.read_buffer;
        let passes = self.established && !self.readable;
        match &mut self.phase {
            Phase::Open(conn) if passes => {
                let give = |bytes: &[u8]| hand_over(bytes, |it| conn.read_tls(it));
                let fed = self.inbound.feed_through(data, limit, give);
                fed.or_else(|error| {
                    self.fail(error);
                    Ok(data.len())
                })
            }
            _ => Ok(self.inbound.feed(data, limit)),
        }
    }

    /// As `feed`, for as much as `source` appends, of what there is room for.
    pub fn fill(
        &mut self,
        source: impl FnOnce(&mut Vec<u8>, usize) -> io::Result<usize>,
    ) -> io::Result<usize> {
        self.inbound.fill(self.settings.limits.read_buffer, source)
    }

    pub fn feed_eof(&mut self) {
        self.ends.feed_eof();
    }

    /// Writes waiting ciphertext to `sink`, once.
    pub fn drain(&mut self, sink: &mut dyn Write) -> io::Result<usize> {
        let is_over = self.ends.drops_output();
        let drained = match &mut self.phase {
            _ if !self.outbound.is_empty() => self.outbound.drain(sink),
            Phase::Open(conn) if !is_over => conn.write_tls(sink),
            _ => Ok(0),
        }?;
        if drained > 0 {
            self.early.answer();
        }
        Ok(drained)
    }

    /// Fills `buf` with waiting ciphertext.
    pub fn drain_into(&mut self, mut buf: &mut [u8]) -> usize {
        let cap = buf.len();
        while self.has_output() && !buf.is_empty() && matches!(self.drain(&mut buf), Ok(1..)) {}
        cap - buf.len()
    }

    /// The waiting ciphertext that there is in one piece.
    pub fn output(&mut self) -> &[u8] {
        let is_over = self.ends.drops_output();
        match &mut self.phase {
            Phase::Open(conn) if !is_over && self.outbound.is_empty() => {
                self.outbound.set_aside(conn.as_mut());
            }
            _ => {}
        }
        self.outbound.waiting()
    }

    /// Takes what `output` showed as sent. False where it is more than that.
    pub fn consume_output(&mut self, len: usize) -> bool {
        let is_there = len <= self.outbound.waiting().len();
        if is_there {
            self.outbound.consume(len);
            if len > 0 {
                self.early.answer();
            }
        }
        is_there
    }

    pub fn has_output(&self) -> bool {
        match &self.phase {
            _ if !self.outbound.is_empty() => true,
            Phase::Open(conn) => !self.ends.drops_output() && conn.wants_write(),
            Phase::Opening(_) => false,
        }
    }

    /// The transport takes nothing any more: what waits is lost, and so is an unfinished
    /// handshake.
    pub fn sever(&mut self) {
        while matches!(self.drain(&mut io::sink()), Ok(1..)) {}
        self.ends.sever();
    }

    // The handshake.

    /// Reads until the ClientHello is whole, for a server without a config.
    pub fn accept(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        let Some(listening) = self.phase.listening_mut() else {
            return Err(Error::state("not an acceptor"));
        };
        match listening.read_hello(&mut self.inbound, &mut self.context, &mut self.budget) {
            Ok(Step::Done(())) => Ok(Step::Done(())),
            Ok(_) => self.starve(),
            Err(refusal) => self.refuse(refusal),
        }
    }

    pub fn hello(&self) -> Option<&Hello> {
        self.phase.listening()?.hello.as_ref()
    }

    /// Gives an accepted server its config.
    pub fn choose(&mut self, config: &Config<ServerConfig>) {
        self.settings = config.settings.clone();
        if let Some(listening) = self.phase.listening_mut() {
            listening.config = Some(config.tls.clone());
        }
    }

    /// The ALPN protocols of this connection, to be changed before it speaks.
    pub fn alpn_list(&mut self) -> Result<&mut Vec<Vec<u8>>, Error> {
        let late = || Error::state("the handshake has begun: ALPN is set before");
        match &mut self.phase {
            Phase::Opening(opening) => opening.alpn().ok_or_else(late),
            Phase::Open(_) => Err(late()),
        }
    }

    pub fn set_sink(&mut self, sink: Option<Sink>) {
        self.context.sink = sink;
    }

    /// Done once the peer can go on: finished, and the last flight is drained.
    pub fn handshake(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        if self.established {
            return Ok(Step::Done(()));
        }
        if self.ends.is_closed() {
            return Err(Error::state("closed by this side before the handshake was done"));
        }
        // Severed, it cannot be done; but what the peer said may explain why.
        while (!self.is_finished() || self.ends.is_severed() && !self.readable) && self.advance()? {
        }
        if let Some(end) = self.end() {
            return end;
        }
        if self.ends.is_peer_closed() {
            return self.starve();
        }
        if self.has_output() {
            return Ok(Step::WantWrite);
        }
        if self.is_finished() && !self.ends.is_severed() {
            self.established = true;
            self.early.settle();
            self.log_established();
            self.channel_binding = self.context.own_channel_binding.clone();
            self.peer_signature_scheme = self.context.peer_signature_scheme;
            self.context.settle();
            return Ok(Step::Done(()));
        }
        self.starve()
    }

    /// One step of the handshake. False when it can go no further by itself.
    pub(super) fn advance(&mut self) -> Result<bool, Error> {
        match &mut self.phase {
            Phase::Opening(_) => self.open(),
            Phase::Open(_) => Ok(self.process_next()),
        }
    }

    /// Makes rustls's connection. False when that needs more input, or has to wait.
    fn open(&mut self) -> Result<bool, Error> {
        self.gate.take();
        let Phase::Opening(opening) = &mut self.phase else { return Ok(false) };
        match opening.listen(&mut self.inbound, &mut self.context, &mut self.budget) {
            Ok(Step::Done(())) => {}
            Ok(_) => return Ok(false),
            Err(refusal) => return self.refuse(refusal).map(|_: Step<()>| false),
        }
        if opening.may_block(self.settings.blocking) && !self.gate.is_running() {
            self.gate.announce(Next::Answer);
            return Ok(false);
        }
        let checked = self.budget.check(self.settings.limits.handshake);
        let opened = checked.map_err(|error| Refusal::Error(error.into()));
        match opened.and_then(|()| opening.open(&mut self.context)) {
            Ok(mut conn) => {
                let hello = opening.listening().and_then(|it| it.hello.as_ref());
                self.early = Early::of(hello, conn.as_mut());
                self.outbound.collect(conn.as_mut());
                self.phase = Phase::Open(conn);
                self.forget_unless_resumed();
                Ok(true)
            }
            Err(refusal) => self.refuse(refusal).map(|_: Step<()>| false),
        }
    }

    pub fn is_established(&self) -> bool {
        self.established
    }

    pub(super) fn is_finished(&self) -> bool {
        self.established || matches!(&self.phase, Phase::Open(conn) if !conn.is_handshaking())
    }

    // Plaintext in and out.

    pub fn read(&mut self, buf: &mut [u8]) -> Outcome<usize> {
        if !self.established {
            match self.handshake()? {
                Step::Done(()) => {}
                other => return Ok(other.map(|()| 0)),
            }
        }
        let mut filled = 0;
        while filled < buf.len() && self.finds_plaintext() {
            filled += self.take_plaintext(&mut buf[filled..]);
        }
        if filled > 0 {
            return Ok(Step::Done(filled));
        }
        match self.end() {
            Some(end) => end,
            None if buf.is_empty() => Ok(Step::Done(0)),
            None => self.starve(),
        }
    }

    /// Done once there is plaintext, which `plaintext` lends.
    pub fn read_ahead(&mut self) -> Outcome<()> {
        if !self.established {
            match self.handshake()? {
                Step::Done(()) => {}
                other => return Ok(other),
            }
        }
        match self.finds_plaintext() {
            true => Ok(Step::Done(())),
            false => self.end().unwrap_or_else(|| self.starve()),
        }
    }

    /// Whether there is plaintext, perhaps in the records that come next.
    fn finds_plaintext(&mut self) -> bool {
        while !self.readable && self.process_next() {}
        self.readable
    }

    /// The plaintext that there is in one piece.
    pub fn plaintext(&mut self) -> &[u8] {
        match &mut self.phase {
            Phase::Open(conn) => conn.reader().into_first_chunk().unwrap_or_default(),
            Phase::Opening(_) => &[],
        }
    }

    /// Takes what `plaintext` lent as read. False where it is more than that.
    pub fn consume_plaintext(&mut self, len: usize) -> bool {
        let is_there = len <= self.plaintext().len();
        match &mut self.phase {
            Phase::Open(conn) if is_there && len > 0 => conn.reader().consume(len),
            _ => {}
        }
        self.note_plaintext();
        is_there
    }

    fn take_plaintext(&mut self, buf: &mut [u8]) -> usize {
        let Phase::Open(conn) = &mut self.phase else { return 0 };
        // An error here says that there is no plaintext; why, `end` and `starve` know.
        let taken = conn.reader().read(buf).unwrap_or(0);
        self.note_plaintext();
        taken
    }

    fn note_plaintext(&mut self) {
        self.readable = self.is_finished() && !self.plaintext().is_empty();
    }

    /// Takes as much of `data` as there is room for, and encrypts it.
    pub fn write(&mut self, data: &[u8]) -> Outcome<usize> {
        match self.handshake()? {
            Step::Done(()) => {}
            other => return Ok(other.map(|()| 0)),
        }
        if self.ends.is_closed() {
            return Err(Error::state("write after close: close_notify was sent"));
        }
        let room = self.key_room();
        if room == 0 {
            self.close().ok();
            return Err(Error::state(
                "TLS 1.2 cannot renew its keys, which are used up: connect anew",
            ));
        }
        self.encrypt(&data[..data.len().min(room)])
    }

    /// Takes as much of `data` as the buffer has room for.
    pub(super) fn encrypt(&mut self, data: &[u8]) -> Outcome<usize> {
        let Phase::Open(conn) = &mut self.phase else { return self.starve() };
        // rustls's limit is for what it holds itself.
        let held = self.outbound.waiting().len();
        conn.set_buffer_limit(Some(self.settings.limits.write_buffer.saturating_sub(held)));
        match conn.writer().write(data) {
            Ok(0) if !data.is_empty() => Ok(Step::WantWrite),
            Ok(taken) => {
                self.spend_keys(taken);
                Ok(Step::Done(taken))
            }
            Err(error) => Err(Error::io("write", &error)),
        }
    }

    /// Done once everything that was written is drained.
    pub fn flush(&mut self) -> Outcome<()> {
        if let Some(end) = self.end() {
            return end;
        }
        Ok(if self.has_output() { Step::WantWrite } else { Step::Done(()) })
    }

    /// Sends close_notify; done once it is drained.
    pub fn close(&mut self) -> Outcome<()> {
        if !self.ends.drops_output() {
            let is_server = self.is_server();
            match &mut self.phase {
                Phase::Open(conn) => {
                    self.context.within(|| conn.send_close_notify());
                    self.outbound.set_aside(conn.as_mut());
                    self.ends.alert_sent = Some(alert::CLOSE_NOTIFY);
                }
                Phase::Opening(_) if is_server => {
                    self.send_in_the_clear(alert::WARNING, alert::CLOSE_NOTIFY);
                }
                // Nothing was said: there is no one to say goodbye to.
                Phase::Opening(_) => {}
            }
            self.ends.close();
            self.gate.open(); // no step of a handshake that has no end
        }
        self.flush()
    }

    /// The alerts that this side sent and received.
    pub fn alert_sent(&self) -> Option<u8> {
        self.ends.alert_sent
    }

    pub fn alert_received(&self) -> Option<u8> {
        self.ends.alert_received
    }

    pub fn certificate_error(&self) -> Option<CertificateFault> {
        self.ends.failure()?.certificate
    }

    pub fn state(&self) -> State {
        State {
            handshaking: !self.established && self.ends.failure().is_none(),
            readable: self.goes_on(),
            wants_write: self.has_output(),
            wants_blocking: self.gate.is_announced(),
            peer_closed: self.ends.is_peer_closed(),
            closed: self.ends.is_closed(),
            failed: self.ends.failure().is_some(),
        }
    }

    /// Whether a call of handshake or read goes on with what is at hand.
    fn goes_on(&self) -> bool {
        let is_over = self.ends.drops_input() || self.ends.is_closed();
        match self.established {
            _ if self.gate.is_announced() => false,
            true => self.readable || self.inbound.has_record(),
            false if is_over => false,
            false if self.ends.is_severed() => !self.readable && self.inbound.has_record(),
            // Once the last flight is drained, a call answers OK.
            false if self.is_finished() => !self.has_output(),
            false => self.inbound.has_record(),
        }
    }

    // Whole records, of the handshake one at a time.

    /// Lets rustls process what is next. False when there is none, or no more use, or it has to
    /// wait.
    pub(super) fn process_next(&mut self) -> bool {
        if self.ends.drops_input() {
            return false;
        }
        let given = if self.established { self.give_records() } else { self.give_record() };
        let Some(given) = given else { return false };
        let goes_on = self.process(given);
        self.note_plaintext();
        goes_on
    }

    /// Gives rustls what it has room for. None where no record is whole.
    fn give_records(&mut self) -> Option<Result<(), rustls::Error>> {
        let Phase::Open(conn) = &mut self.phase else { return None };
        let given = self.inbound.pass(|bytes| hand_over(bytes, |it| conn.read_tls(it)));
        if given == Ok(false) {
            return None;
        }
        // So that what these records add can be told apart.
        self.outbound.set_aside(conn.as_mut());
        Some(given.map(|_| ()))
    }

    /// Gives rustls the next record. None where it is not whole or has to wait.
    fn give_record(&mut self) -> Option<Result<(), rustls::Error>> {
        let len = match self.gate.take() {
            Some(Next::Input(len)) => len,
            _ => match self.choose_portion() {
                Ok(0) => return None,
                Ok(len) => len,
                Err(error) => return Some(Err(error.into())),
            },
        };
        if !self.gate.is_running() && self.may_block() && !self.is_server_hello(len) {
            self.gate.announce(Next::Input(len));
            return None;
        }
        let Phase::Open(conn) = &mut self.phase else { return None };
        let given = self.inbound.waiting(len);
        let record = Record::first(given);
        let alert = record.and_then(Record::plain_alert);
        if conn.is_handshaking() && alert == Some(alert::CLOSE_NOTIFY) {
            // rustls passes over an unauthenticated close_notify; the end it announces is as
            // real as a cut would be, and the host is told which of the two it was.
            self.peer_closes();
            return None;
        }
        if let Some(version) = record.and_then(version::of_server_hello) {
            self.context.old_version = Some(version);
        }
        if self.context.finished {
            self.context.finished = false; // of an earlier record
        }
        // So that what this record adds can be told apart.
        self.outbound.set_aside(conn.as_mut());
        let given = hand_over(given, |bytes| conn.read_tls(bytes));
        self.inbound.consume(len);
        Some(match self.early.is_refused() {
            // rustls keeps what it passes over.
            true => given.map_err(|_| PeerMisbehaved::TooMuchEarlyDataReceived.into()),
            false => given,
        })
    }

    fn process(&mut self, given: Result<(), rustls::Error>) -> bool {
        let Phase::Open(conn) = &mut self.phase else { return false };
        match given.and_then(|()| self.context.within(|| conn.process_new_packets())) {
            Ok(state) => {
                self.inbound.processed();
                if !self.established {
                    self.outbound.collect(conn.as_mut());
                    self.forget_unless_resumed();
                    if let Err(error) = self.note_protocol() {
                        // Our Finished must not follow. An alert cannot: rustls sends only its own.
                        self.outbound = Outbound::default();
                        self.fail(error);
                        return false;
                    }
                }
                if state.peer_has_closed() {
                    self.peer_closes();
                }
                true
            }
            // After the handshake that is one of a level that there is not, which rustls answers.
            Err(rustls::Error::AlertReceived(rustls::AlertDescription::CloseNotify))
                if !self.established =>
            {
                self.peer_closes();
                false
            }
            Err(error) => {
                self.fail(error);
                false
            }
        }
    }
}
