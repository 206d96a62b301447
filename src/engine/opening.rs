//! A connection before rustls has one: a client that has not spoken yet, or a server that still
//! reads its ClientHello or waits for a config.
//!
//! Every server connection opens through rustls's `Acceptor`, whether the host chose the config
//! before the ClientHello or after: one path, so the same ClientHello gets the same answer.

use super::{Step, alert, hello::Hello, inbound::Inbound, outbound::Outbound};
use crate::scope::{self, Scope};
use rustls::pki_types::ServerName;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig};
use std::sync::Arc;

pub enum Opening {
    Client { config: Arc<ClientConfig>, name: ServerName<'static>, alpn: Option<Vec<Vec<u8>>> },
    Server(Box<Listening>),
}

/// The server side until the ClientHello is whole and a config is there.
pub struct Listening {
    acceptor: Acceptor,
    accepted: Option<Accepted>,
    pub hello: Option<Hello>,
    pub config: Option<Arc<ServerConfig>>,
    /// In place of the config's, for this connection.
    pub alpn: Option<Vec<Vec<u8>>>,
    /// The handshake messages that came, as they were: the ClientHello.
    messages: Vec<u8>,
}

/// Of a record.
const HEADER: usize = 5;

/// Why there will be no connection. Its alert, if any, is in `Outbound`.
pub enum Refusal {
    Tls(rustls::Error),
    /// An alert came instead of a ClientHello.
    Alert(u8),
}

impl Opening {
    pub fn server() -> Self {
        Self::Server(Box::new(Listening {
            acceptor: Acceptor::default(),
            accepted: None,
            hello: None,
            config: None,
            alpn: None,
            messages: Vec::new(),
        }))
    }

    /// This connection's ALPN protocols, once a config says what they start as.
    pub fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>> {
        let (alpn, start) = match self {
            Self::Client { config, alpn, .. } => (alpn, &config.alpn_protocols),
            Self::Server(it) => (&mut it.alpn, &it.config.as_ref()?.alpn_protocols),
        };
        Some(alpn.get_or_insert_with(|| start.clone()))
    }

    /// Goes as far as the bytes at hand and the config allow; to the answer to a ClientHello, where
    /// that `waits` for `run_blocking`.
    pub fn advance(
        &mut self,
        inbound: &mut Inbound,
        outbound: &mut Outbound,
        scope: &mut Scope,
        limit: usize,
        waits: bool,
    ) -> Result<Step<Connection>, Refusal> {
        match self {
            Self::Client { config, name, alpn } => scope::within(scope, || {
                let alpn = alpn.take().unwrap_or_else(|| config.alpn_protocols.clone());
                ClientConnection::new_with_alpn(config.clone(), name.clone(), alpn)
            })
            .map(|conn| Step::Done(conn.into()))
            .map_err(Refusal::Tls),
            Self::Server(listening) => match listening.listen(inbound, outbound, scope)? {
                Step::Done(()) if waits => Ok(Step::WantBlocking),
                Step::Done(()) => listening.answer(outbound, scope, limit),
                _ => Ok(Step::WantRead),
            },
        }
    }
}

impl Listening {
    /// Reads until the ClientHello is whole. Does no cryptography.
    pub fn listen(
        &mut self,
        inbound: &mut Inbound,
        outbound: &mut Outbound,
        scope: &mut Scope,
    ) -> Result<Step<()>, Refusal> {
        while self.hello.is_none() {
            let Some(record) = inbound.record() else { return Ok(Step::WantRead) };
            if let Some(description) = alert::in_the_clear(record) {
                return Err(Refusal::Alert(description));
            }
            self.messages.extend_from_slice(record.get(HEADER..).unwrap_or_default());
            super::hand_over(record, |bytes| self.acceptor.read_tls(bytes))
                .map_err(Refusal::Tls)?;
            let len = record.len();
            inbound.consume(len);
            self.accepted = match scope::within(scope, || self.acceptor.accept()) {
                Ok(accepted) => accepted,
                Err((error, alert)) => return Err(refuse(error, alert, outbound)),
            };
            if let Some(accepted) = &self.accepted {
                let messages = std::mem::take(&mut self.messages);
                self.hello = Some(Hello::new(&accepted.client_hello(), messages));
            }
        }
        Ok(Step::Done(()))
    }

    /// The server's first flight, or its refusal of a hello that this config cannot serve.
    fn answer(
        &mut self,
        outbound: &mut Outbound,
        scope: &mut Scope,
        limit: usize,
    ) -> Result<Step<Connection>, Refusal> {
        let Some(mut config) = self.config.clone() else { return Ok(Step::WantRead) };
        let Some(accepted) = self.accepted.take() else { return Ok(Step::WantRead) };
        if self.hello.as_ref().is_some_and(|it| it.message.len() > limit) {
            return Err(Refusal::Tls(too_large(limit)));
        }
        if let Some(alpn) = self.alpn.take() {
            Arc::make_mut(&mut config).alpn_protocols = alpn;
        }
        scope::within(scope, || accepted.into_connection(config))
            .map(|conn| Step::Done(conn.into()))
            .map_err(|(error, alert)| refuse(error, alert, outbound))
    }
}

/// More than the host would read of a peer that it does not know yet.
pub fn too_large(limit: usize) -> rustls::Error {
    let text = format!("the peer's part of the handshake exceeds the limit of {limit} bytes");
    rustls::Error::General(text)
}

fn refuse(error: rustls::Error, mut alert: AcceptedAlert, outbound: &mut Outbound) -> Refusal {
    outbound.hold(|held| alert.write_all(held));
    Refusal::Tls(error)
}
