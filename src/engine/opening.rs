//! A connection before rustls has one: a client that has not spoken yet, or a server that still
//! reads its ClientHello or waits for a config.
//!
//! Every server connection opens through rustls's `Acceptor`, whether the host chose the config
//! before the ClientHello or after: one path, so the same ClientHello gets the same answer.

use super::record::APPLICATION_DATA;
use super::{Step, hello::Hello, inbound::Inbound, outbound::Outbound, side::Side, version};
use crate::call_context::{CallContext, EarlyProtocols};
use rustls::pki_types::ServerName;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{
    ClientConfig, ClientConnection, ContentType, Error as Tls, PeerIncompatible, ServerConfig,
};
use std::sync::Arc;

/// A trait for the same reason as `Side`.
pub trait Opening: Send {
    /// This connection's ALPN protocols, once a config says what they start as.
    fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>>;

    /// Goes as far as the bytes at hand and the config allow; to the answer to a ClientHello, where
    /// that `waits` for `run_blocking`.
    fn advance(
        &mut self,
        inbound: &mut Inbound,
        outbound: &mut Outbound,
        context: &mut CallContext,
        limit: usize,
        waits: bool,
    ) -> Result<Step<Box<dyn Side>>, Refusal>;

    fn listening(&self) -> Option<&Listening> {
        None
    }

    fn listening_mut(&mut self) -> Option<&mut Listening> {
        None
    }
}

/// The client side until it speaks.
pub struct Client {
    pub config: Arc<ClientConfig>,
    pub name: ServerName<'static>,
    /// In place of the config's, for this connection.
    pub alpn: Option<Vec<Vec<u8>>>,
}

/// The server side until the ClientHello is whole and a config is there.
#[derive(Default)]
pub struct Listening {
    acceptor: Acceptor,
    accepted: Option<Accepted>,
    pub hello: Option<Hello>,
    pub config: Option<Arc<ServerConfig>>,
    /// In place of the config's, for this connection.
    pub alpn: Option<Vec<Vec<u8>>>,
    /// The handshake messages that came, as they were: the ClientHello.
    messages: Vec<u8>,
    /// How much the client has sent, headers of records included.
    pub received: usize,
}

/// Why there will be no connection. Its alert, if any, is in `Outbound`.
pub enum Refusal {
    Tls(rustls::Error),
    /// An alert came instead of a ClientHello.
    Alert(u8),
}

impl Opening for Client {
    fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>> {
        Some(self.alpn.get_or_insert_with(|| self.config.alpn_protocols.clone()))
    }

    fn advance(
        &mut self,
        _: &mut Inbound,
        _: &mut Outbound,
        context: &mut CallContext,
        _: usize,
        _: bool,
    ) -> Result<Step<Box<dyn Side>>, Refusal> {
        let alpn = self.alpn.take().unwrap_or_else(|| self.config.alpn_protocols.clone());
        if self.config.enable_early_data {
            context.early = Some(Box::new(EarlyProtocols::new(&alpn)));
        }
        let open = |config: &Arc<ClientConfig>, context: &mut CallContext| {
            let (config, name, alpn) = (config.clone(), self.name.clone(), alpn.clone());
            context
                .within(|| ClientConnection::new_with_alpn(config, name, alpn))
                .map_err(Refusal::Tls)
        };
        let mut conn = open(&self.config, context)?;
        if context.early.as_ref().is_some_and(|it| it.is_unfit) {
            // Nothing was sent yet. rustls resumes such a session with early data, or not at all.
            Arc::make_mut(&mut self.config).enable_early_data = false;
            conn = open(&self.config, context)?;
        }
        Ok(Step::Done(Box::new(conn)))
    }
}

impl Opening for Listening {
    fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>> {
        let start = &self.config.as_ref()?.alpn_protocols;
        Some(self.alpn.get_or_insert_with(|| start.clone()))
    }

    fn advance(
        &mut self,
        inbound: &mut Inbound,
        outbound: &mut Outbound,
        context: &mut CallContext,
        limit: usize,
        waits: bool,
    ) -> Result<Step<Box<dyn Side>>, Refusal> {
        match self.listen(inbound, outbound, context)? {
            Step::Done(()) if self.is_interrupted(inbound) => {
                Err(Refusal::Tls(Tls::InappropriateMessage {
                    expect_types: vec![ContentType::Handshake],
                    got_type: ContentType::ApplicationData,
                }))
            }
            Step::Done(()) if waits => Ok(Step::WantBlocking),
            Step::Done(()) => self.answer(outbound, context, limit),
            _ => Ok(Step::WantRead),
        }
    }

    fn listening(&self) -> Option<&Listening> {
        Some(self)
    }

    fn listening_mut(&mut self) -> Option<&mut Listening> {
        Some(self)
    }
}

impl Listening {
    /// Reads until the ClientHello is whole. Does no cryptography.
    pub fn listen(
        &mut self,
        inbound: &mut Inbound,
        outbound: &mut Outbound,
        context: &mut CallContext,
    ) -> Result<Step<()>, Refusal> {
        while self.hello.is_none() {
            let Some(record) = inbound.record() else { return Ok(Step::WantRead) };
            if let Some(description) = record.plain_alert() {
                return Err(Refusal::Alert(description));
            }
            self.messages.extend_from_slice(record.fragment());
            let len = record.bytes().len();
            super::hand_over(record.bytes(), |bytes| self.acceptor.read_tls(bytes))
                .map_err(Refusal::Tls)?;
            inbound.consume(len);
            self.received += len;
            self.accepted = match context.within(|| self.acceptor.accept()) {
                Ok(accepted) => accepted,
                Err((error, alert)) => {
                    return Err(refuse(error, alert, &self.messages, outbound));
                }
            };
            if let Some(accepted) = &self.accepted {
                let messages = std::mem::take(&mut self.messages);
                self.hello = Some(Hello::new(&accepted.client_hello(), messages));
            }
        }
        Ok(Step::Done(()))
    }

    /// Whether application data follows a ClientHello that offers no early data: the client has
    /// no keys for it.
    fn is_interrupted(&self, inbound: &Inbound) -> bool {
        let offers_early_data = self.hello.as_ref().is_some_and(|it| it.offers_early_data);
        !offers_early_data && inbound.content_type() == Some(APPLICATION_DATA)
    }

    /// The server's first flight, or its refusal of a hello that this config cannot serve.
    fn answer(
        &mut self,
        outbound: &mut Outbound,
        context: &mut CallContext,
        limit: usize,
    ) -> Result<Step<Box<dyn Side>>, Refusal> {
        let Some(mut config) = self.config.clone() else { return Ok(Step::WantRead) };
        let Some(accepted) = self.accepted.take() else { return Ok(Step::WantRead) };
        let message = self.hello.as_ref().map_or(&[][..], |it| &it.message);
        if self.received > limit {
            return Err(Refusal::Tls(too_large(limit)));
        }
        if let Some(alpn) = self.alpn.take() {
            Arc::make_mut(&mut config).alpn_protocols = alpn;
        }
        context
            .within(|| accepted.into_connection(config))
            .map(|conn| Step::Done(Box::new(conn) as Box<dyn Side>))
            .map_err(|(error, alert)| match error {
                // rustls would end with access_denied or internal_error: RFC 8446, section 4.1.1.
                Tls::General(_) if context.fits_no_identity => {
                    Refusal::Tls(PeerIncompatible::NoSignatureSchemesInCommon.into())
                }
                error => refuse(error, alert, message, outbound),
            })
    }
}

/// More than the host would read of a peer that it does not know yet.
pub fn too_large(limit: usize) -> rustls::Error {
    let text = format!("the peer's part of the handshake exceeds the limit of {limit} bytes");
    rustls::Error::General(text)
}

/// rustls's refusal of a ClientHello (`message`), with its alert. Where the RFCs require another
/// alert, the caller sends that.
fn refuse(
    error: Tls,
    mut alert: AcceptedAlert,
    message: &[u8],
    outbound: &mut Outbound,
) -> Refusal {
    use PeerIncompatible as P;
    use rustls::InvalidMessage::PreSharedKeyIsNotFinalExtension as NotFinal;
    match error {
        // Here rustls has decode_error, which must be illegal_parameter: RFC 8446, section 4.2.11.
        Tls::InvalidMessage(NotFinal) => return Refusal::Tls(error),
        Tls::PeerIncompatible(
            P::SupportedVersionsExtensionRequired
            | P::Tls12NotOffered
            | P::Tls12NotOfferedOrEnabled,
        ) => return Refusal::Tls(version::none_in_common(message).into()),
        // rustls looks for this before it looks at the version: RFC 8446, appendix D.2.
        Tls::PeerIncompatible(P::SignatureAlgorithmsExtensionRequired)
            if version::is_old(message) =>
        {
            return Refusal::Tls(version::none_in_common(message).into());
        }
        _ => {}
    }
    outbound.hold(|held| alert.write_all(held));
    Refusal::Tls(error)
}
