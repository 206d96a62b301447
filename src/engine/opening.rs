//! A connection before rustls has one: a client that has not spoken yet, or a server that still
//! reads its ClientHello or waits for a config.
//!
//! Every server connection opens through rustls's `Acceptor`, whether the host chose the config
//! before the ClientHello or after: one path, so the same ClientHello gets the same answer.

use super::{Step, alert, hello::Hello, inbound::Inbound, outbound::Outbound};
use rustls::pki_types::ServerName;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{ClientConfig, ClientConnection, Connection, ServerConfig};
use std::sync::Arc;

pub enum Opening {
    Client { config: Arc<ClientConfig>, name: ServerName<'static> },
    Server(Box<Listening>),
}

/// The server side until the ClientHello is whole and a config is there.
pub struct Listening {
    acceptor: Acceptor,
    accepted: Option<Accepted>,
    pub hello: Option<Hello>,
    pub config: Option<Arc<ServerConfig>>,
}

/// Why there will be no connection. Its alert, if any, is in `Outbound`.
pub enum Refusal {
    Tls(rustls::Error),
    /// An alert came instead of a ClientHello.
    Alert(u8),
}

impl Opening {
    pub fn server(config: Option<Arc<ServerConfig>>) -> Self {
        Self::Server(Box::new(Listening {
            acceptor: Acceptor::default(),
            accepted: None,
            hello: None,
            config,
        }))
    }

    /// Goes as far as the bytes at hand and the config allow.
    pub fn advance(
        &mut self,
        inbound: &mut Inbound,
        outbound: &mut Outbound,
    ) -> Result<Step<Connection>, Refusal> {
        match self {
            Self::Client { config, name } => ClientConnection::new(config.clone(), name.clone())
                .map(|conn| Step::Done(conn.into()))
                .map_err(Refusal::Tls),
            Self::Server(listening) => match listening.listen(inbound, outbound)? {
                Step::Done(()) => listening.answer(outbound),
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
    ) -> Result<Step<()>, Refusal> {
        while self.hello.is_none() {
            let Some(record) = inbound.record() else { return Ok(Step::WantRead) };
            if let Some(description) = alert::in_the_clear(record) {
                return Err(Refusal::Alert(description));
            }
            super::hand_over(record, |bytes| self.acceptor.read_tls(bytes))
                .map_err(Refusal::Tls)?;
            let len = record.len();
            inbound.consume(len);
            self.accepted = match self.acceptor.accept() {
                Ok(accepted) => accepted,
                Err((error, alert)) => return Err(refuse(error, alert, outbound)),
            };
            self.hello = self.accepted.as_ref().map(|it| Hello::from(it.client_hello()));
        }
        Ok(Step::Done(()))
    }

    /// The server's first flight, or its refusal of a hello that this config cannot serve.
    fn answer(&mut self, outbound: &mut Outbound) -> Result<Step<Connection>, Refusal> {
        let Some(config) = self.config.clone() else { return Ok(Step::WantRead) };
        let Some(accepted) = self.accepted.take() else { return Ok(Step::WantRead) };
        accepted
            .into_connection(config)
            .map(|conn| Step::Done(conn.into()))
            .map_err(|(error, alert)| refuse(error, alert, outbound))
    }
}

fn refuse(error: rustls::Error, mut alert: AcceptedAlert, outbound: &mut Outbound) -> Refusal {
    outbound.hold(|held| alert.write_all(held));
    Refusal::Tls(error)
}
