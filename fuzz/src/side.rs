//! One end of a connection, and the wire at it, which the harness holds.

use crate::abi::{Conn, Status, text};
use crate::acceptor::Acceptor;
use crate::configs::{ClientConfig, ServerConfig, done, made};
use crate::progress::{Progress, Waiting};
use inkotls::capi::*;
use std::collections::VecDeque;
use std::ffi::c_void;
use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Over {
    Buffers,
    Callbacks,
    Socket,
}

pub const EVERY: [Over; 3] = [Over::Buffers, Over::Callbacks, Over::Socket];

enum Wire {
    Buffers,
    Callbacks(*mut Queues),
    /// The connection's end, and ours.
    Socket {
        _theirs: UnixStream,
        ours: UnixStream,
    },
}

/// What the callbacks read from and write to.
#[derive(Default)]
struct Queues {
    to_read: VecDeque<u8>,
    written: VecDeque<u8>,
    ended: bool,
    calls: u32,
}

/// More than a call receives before it lets others run. A Unix socket holds more.
const ROOM: usize = 150_000;

/// Something that speaks TLS.
pub enum End {
    Acceptor(Acceptor),
    Conn(Conn),
    /// It was freed, or an acceptor that failed.
    Gone,
}

impl End {
    pub fn error(&self) -> String {
        match self {
            Self::Acceptor(acceptor) => text(inkotls_acceptor_error(acceptor.get())),
            Self::Conn(conn) => conn.error(),
            Self::Gone => String::new(),
        }
    }

    fn progress(&mut self) -> Option<&mut Progress> {
        match self {
            Self::Acceptor(acceptor) => Some(&mut acceptor.progress),
            Self::Conn(conn) => Some(&mut conn.progress),
            Self::Gone => None,
        }
    }

    /// Has somebody look at its wire.
    fn watch(&mut self, wire: impl Fn() -> Waiting + 'static) {
        if let Some(progress) = self.progress() {
            progress.wire = Some(Box::new(wire));
        }
    }
}

pub struct Side<'a> {
    pub end: End,
    wire: Wire,
    config: Option<&'a ServerConfig>,
    may_block: bool,
    pub is_cut: bool,
    pub elsewhere: bool,
    /// Its host looks for early data.
    pub reads_early: bool,
}

/// What a host reads and sends until it has to wait, and the answer that says so.
pub struct Obeyed {
    pub read: Vec<u8>,
    pub early: Vec<u8>,
    pub said: Vec<u8>,
    pub last: Status,
}

impl Drop for Side<'_> {
    fn drop(&mut self) {
        self.end = End::Gone; // before its wire
        if let Wire::Callbacks(queues) = self.wire {
            // SAFETY: made by `attach`, and the library's calls are over.
            drop(unsafe { Box::from_raw(queues) });
        }
    }
}

impl<'a> Side<'a> {
    pub fn client(config: &ClientConfig, name: &str, over: Over) -> Self {
        let may_block = inkotls_client_config_may_block(config.get()) == 1;
        // SAFETY: the text has its length.
        let raw = made(|it| unsafe {
            inkotls_conn_new_client(config.get(), name.as_ptr().cast(), name.len(), it)
        });
        let conn = Conn::new(raw, may_block, Progress::default());
        Self::with(End::Conn(conn), None, may_block, over)
    }

    pub fn server(config: &'a ServerConfig, accepts: bool, over: Over) -> Self {
        let may_block = inkotls_server_config_may_block(config.get()) == 1;
        let end = match accepts {
            true => End::Acceptor(Acceptor::new()),
            false => {
                let raw = made(|it| inkotls_conn_new_server(config.get(), it));
                End::Conn(Conn::new(raw, may_block, Progress::default()))
            }
        };
        Self::with(end, Some(config), may_block, over)
    }

    fn with(end: End, config: Option<&'a ServerConfig>, may_block: bool, over: Over) -> Self {
        let wire = Wire::Buffers;
        let (is_cut, elsewhere, reads_early) = (false, false, false);
        let mut side = Self { end, wire, config, may_block, is_cut, elsewhere, reads_early };
        side.attach(over);
        side
    }

    fn attach(&mut self, over: Over) {
        let end = &mut self.end;
        self.wire = match over {
            Over::Buffers => Wire::Buffers,
            Over::Callbacks => {
                let queues: *mut Queues = Box::into_raw(Box::default());
                let (read, write, data) = (Some(read as _), Some(write as _), queues.cast());
                done(match end {
                    End::Acceptor(it) => {
                        it.set(|it| inkotls_acceptor_set_io(it, read, write, data))
                    }
                    End::Conn(it) => it.set(|it| inkotls_conn_set_io(it, read, write, data)),
                    End::Gone => Status::Ok,
                });
                end.watch(move || {
                    // SAFETY: the side keeps the queues for longer than its connection; no call is
                    // under way.
                    let queues = unsafe { &*queues };
                    Waiting { bytes: queues.to_read.len(), has_ended: queues.ended }
                });
                Wire::Callbacks(queues)
            }
            Over::Socket => {
                let (theirs, ours) = UnixStream::pair().expect("a pair of sockets");
                ours.set_nonblocking(true).expect("a socket");
                let fd = theirs.as_raw_fd();
                done(match end {
                    End::Acceptor(it) => it.set(|it| inkotls_acceptor_set_fd(it, fd)),
                    End::Conn(it) => it.set(|it| inkotls_conn_set_fd(it, fd)),
                    End::Gone => Status::Ok,
                });
                end.watch(move || waiting_at(fd));
                Wire::Socket { _theirs: theirs, ours }
            }
        };
    }

    pub fn conn(&mut self) -> Option<&mut Conn> {
        match &mut self.end {
            End::Conn(conn) => {
                conn.elsewhere = self.elsewhere;
                Some(conn)
            }
            _ => None,
        }
    }

    /// As the connection's. An acceptor accepts first, and becomes the connection.
    pub fn handshake(&mut self) -> Status {
        match self.become_conn() {
            Status::Ok => self.conn().map_or(Status::None, Conn::handshake),
            other => other,
        }
    }

    pub fn become_conn(&mut self) -> Status {
        let End::Acceptor(acceptor) = &mut self.end else { return Status::Ok };
        acceptor.elsewhere = self.elsewhere;
        let status = acceptor.accept();
        if status == Status::Ok {
            self.hand_over();
        }
        status
    }

    /// Asks for the connection, whether or not there is a ClientHello.
    pub fn hand_over(&mut self) -> Status {
        let (End::Acceptor(acceptor), Some(config)) = (&mut self.end, self.config) else {
            return Status::None;
        };
        let (status, raw) = acceptor.hand_over(config);
        if let Some(raw) = raw {
            let progress = std::mem::take(&mut acceptor.progress);
            self.end = End::Conn(Conn::new(raw, self.may_block, progress));
        }
        status
    }

    /// From now on its host obeys.
    pub fn obeys(&mut self) {
        self.end.progress().map(Progress::obeys);
    }

    /// Judges a host that has obeyed.
    pub fn check_calls(&mut self) {
        if let Some(progress) = self.end.progress() {
            progress.check_calls();
        }
    }

    /// Does what a host does that obeys the codes, and reads all there is, until it has to wait for
    /// its peer.
    pub fn obey(&mut self) -> Obeyed {
        let (read, early, said) = (Vec::new(), Vec::new(), Vec::new());
        let mut obeyed = Obeyed { read, early, said, last: Status::Ok };
        loop {
            self.check_calls();
            let (status, data) = self.next_call(&mut obeyed.early);
            obeyed.read.extend(data);
            let said = self.take(8_192, false);
            let is_over = said.is_empty();
            obeyed.said.extend(said);
            match status {
                Status::Ok => {}
                Status::WantWrite => assert!(!is_over, "WANT_WRITE, and nothing comes"),
                Status::WantBlocking => self.run_blocking(),
                // The bit says to call again, or poll does.
                Status::WantRead if self.may_go_on() => {}
                _ if is_over => {
                    obeyed.last = status;
                    return obeyed;
                }
                _ => {}
            }
        }
    }

    fn next_call(&mut self, early: &mut Vec<u8>) -> (Status, Vec<u8>) {
        let reads_early = self.reads_early;
        if let Some(conn) = self.conn() {
            if !conn.has(inkotls_state::Handshaking) {
                return conn.read(4_000);
            }
            if reads_early {
                let (status, data) = conn.read_early_data(4_000);
                early.extend(data);
                if status != Status::None {
                    return (status, Vec::new());
                }
            }
        }
        (self.handshake(), Vec::new())
    }

    fn may_go_on(&mut self) -> bool {
        let is_readable = self.conn().is_some_and(|conn| conn.has(inkotls_state::Readable));
        is_readable || self.end.progress().is_some_and(|progress| progress.is_ready())
    }

    /// What runs a step that was announced.
    pub fn run_blocking(&mut self) {
        self.conn().map(Conn::run_blocking);
    }

    // The wire's work.

    /// Takes what the side sends.
    pub fn take(&mut self, most: usize, peeks: bool) -> Vec<u8> {
        let taken = self.taken(most, peeks);
        self.note_moved(taken.len());
        taken
    }

    fn note_moved(&mut self, bytes: usize) {
        if let Some(progress) = self.end.progress() {
            progress.moved(bytes);
        }
    }

    fn taken(&mut self, most: usize, peeks: bool) -> Vec<u8> {
        match (&mut self.wire, &mut self.end) {
            (Wire::Buffers, End::Conn(conn)) if peeks => conn.drain_peek(most),
            (Wire::Buffers, End::Conn(conn)) => conn.drain(most),
            (Wire::Buffers, End::Acceptor(acceptor)) => acceptor.drain(most),
            (Wire::Buffers, End::Gone) => Vec::new(),
            (Wire::Callbacks(queues), _) => {
                // SAFETY: alive, and no call is under way.
                let written = unsafe { &mut (**queues).written };
                let len = most.min(written.len());
                written.drain(..len).collect()
            }
            (Wire::Socket { ours, .. }, _) => {
                let mut buf = vec![0; most];
                let len = ours.read(&mut buf).unwrap_or(0);
                buf.truncate(len);
                buf
            }
        }
    }

    /// Gives it what the peer sends; returns how much there is room for.
    pub fn give(&mut self, bytes: &[u8]) -> usize {
        if self.is_cut || bytes.is_empty() {
            return 0;
        }
        let given = self.given(bytes);
        self.note_moved(given);
        given
    }

    fn given(&mut self, bytes: &[u8]) -> usize {
        match (&mut self.wire, &mut self.end) {
            (Wire::Buffers, End::Conn(conn)) if conn.has_room || bytes.len().is_multiple_of(2) => {
                conn.feed_room(bytes, bytes.len().is_multiple_of(4))
            }
            (Wire::Buffers, End::Conn(conn)) => conn.feed(bytes).1,
            (Wire::Buffers, End::Acceptor(acceptor)) => acceptor.feed(bytes).1,
            (Wire::Buffers, End::Gone) => bytes.len(),
            (Wire::Callbacks(queues), _) => {
                // SAFETY: as above.
                let to_read = unsafe { &mut (**queues).to_read };
                let len = bytes.len().min(ROOM.saturating_sub(to_read.len()));
                to_read.extend(&bytes[..len]);
                len
            }
            (Wire::Socket { ours, .. }, _) => match ours.write(bytes) {
                Ok(len) => len,
                Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
                Err(_) => bytes.len(), // nobody will read them
            },
        }
    }

    /// The peer says nothing more.
    pub fn cut(&mut self) {
        if std::mem::replace(&mut self.is_cut, true) {
            return;
        }
        match (&mut self.wire, &mut self.end) {
            (Wire::Buffers, End::Conn(conn)) => {
                if conn.has_room {
                    conn.feed_filled(0);
                }
                conn.feed_eof();
            }
            (Wire::Buffers, End::Acceptor(acceptor)) => drop(acceptor.feed_eof()),
            (Wire::Buffers, End::Gone) => {}
            // SAFETY: as above.
            (Wire::Callbacks(queues), _) => unsafe { (**queues).ended = true },
            (Wire::Socket { ours, .. }, _) => drop(ours.shutdown(Shutdown::Write)),
        }
    }

    /// How it ended: the alerts that were sent and received, or NONE.
    pub fn alerts(&self) -> (i32, i32) {
        match &self.end {
            End::Conn(conn) => {
                (conn.number(inkotls_conn_alert_sent), conn.number(inkotls_conn_alert_received))
            }
            End::Acceptor(acceptor) => (
                inkotls_acceptor_alert_sent(acceptor.get()),
                inkotls_acceptor_alert_received(acceptor.get()),
            ),
            End::Gone => (Status::None as i32, Status::None as i32),
        }
    }
}

/// What a socket would give now.
fn waiting_at(fd: RawFd) -> Waiting {
    let mut bytes: libc::c_int = 0;
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    // SAFETY: both write to the variables above. Of a descriptor that is closed they know nothing.
    let (asked, ready) =
        unsafe { (libc::ioctl(fd, libc::FIONREAD, &mut bytes), libc::poll(&mut poll, 1, 0)) };
    assert!(asked == 0 && ready >= 0, "a socket");
    let has_ended = ready == 1 && bytes == 0;
    Waiting { bytes: bytes as usize, has_ended }
}

const INTERRUPTED: i32 = -libc::EINTR;
const NOTHING_YET: i32 = -libc::EAGAIN;

/// Now and then it is interrupted, and now and then it moves half of what it could.
unsafe extern "C" fn read(queues: *mut c_void, buf: *mut u8, cap: usize) -> i32 {
    // SAFETY: `attach` gave it, and no one else uses it during a call; the buffer is lent for it.
    let (queues, buf) =
        unsafe { (&mut *queues.cast::<Queues>(), std::slice::from_raw_parts_mut(buf, cap)) };
    queues.calls += 1;
    let there = queues.to_read.len().min(cap);
    match (queues.calls % 5, there) {
        (3, _) => INTERRUPTED,
        (_, 0) if queues.ended => 0,
        (_, 0) => NOTHING_YET,
        (nth, _) => {
            let len = if nth == 0 { there.div_ceil(2) } else { there };
            buf.iter_mut().zip(queues.to_read.drain(..len)).for_each(|(to, byte)| *to = byte);
            len as i32
        }
    }
}

unsafe extern "C" fn write(queues: *mut c_void, data: *const u8, len: usize) -> i32 {
    // SAFETY: as above.
    let (queues, data) =
        unsafe { (&mut *queues.cast::<Queues>(), std::slice::from_raw_parts(data, len)) };
    queues.calls += 1;
    let room = len.min(ROOM.saturating_sub(queues.written.len()));
    match (queues.calls % 5, room) {
        (3, _) => INTERRUPTED,
        (_, 0) => NOTHING_YET,
        (nth, _) => {
            let len = if nth == 0 { room.div_ceil(2) } else { room };
            queues.written.extend(&data[..len]);
            len as i32
        }
    }
}

/// What two ends say to each other, in order.
pub struct Pair<'a> {
    pub client: Side<'a>,
    pub server: Side<'a>,
    pub to_client: VecDeque<u8>,
    pub to_server: VecDeque<u8>,
}

impl<'a> Pair<'a> {
    pub fn new(client: Side<'a>, server: Side<'a>) -> Self {
        Self { client, server, to_client: VecDeque::new(), to_server: VecDeque::new() }
    }

    pub fn side(&mut self, is_server: bool) -> &mut Side<'a> {
        if is_server { &mut self.server } else { &mut self.client }
    }

    /// What is on its way to a side.
    pub fn on_the_way(&mut self, to_server: bool) -> &mut VecDeque<u8> {
        if to_server { &mut self.to_server } else { &mut self.to_client }
    }

    /// Carries at most so many bytes to a side; returns how many it took or gave.
    pub fn carry(&mut self, to_server: bool, most: usize, peeks: bool) -> usize {
        let taken = self.side(!to_server).take(most, peeks);
        let way = self.on_the_way(to_server);
        way.extend(&taken);
        let front: Vec<u8> = way.iter().take(most).copied().collect();
        let given = self.side(to_server).give(&front);
        self.on_the_way(to_server).drain(..given);
        taken.len() + given
    }

    pub fn carry_all(&mut self) -> usize {
        self.carry(true, 20_000, false) + self.carry(false, 20_000, false)
    }

    /// From now on both hosts obey.
    pub fn obeys(&mut self) {
        self.client.obeys();
        self.server.obeys();
    }

    pub fn check_calls(&mut self) {
        self.client.check_calls();
        self.server.check_calls();
    }

    /// What a host does that obeys the codes: the handshakes, until neither wants anything.
    pub fn shake(&mut self) -> (Status, Status) {
        self.obeys();
        loop {
            self.check_calls();
            let answers = (self.client.handshake(), self.server.handshake());
            let mut moved = self.carry_all();
            for is_server in [false, true] {
                let status = if is_server { answers.1 } else { answers.0 };
                if status == Status::WantBlocking {
                    self.side(is_server).run_blocking();
                    moved += 1;
                }
            }
            if moved == 0 {
                return answers;
            }
        }
    }
}
