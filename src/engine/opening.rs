//! A connection before rustls has one: a client that has not spoken yet, or a server that still
//! reads its ClientHello or waits for a config.
//!
//! Every server connection opens through rustls's `Acceptor`, whether the host chose the config
//! before the ClientHello or after: one path, so the same ClientHello gets the same answer.

use super::budget::Budget;
use super::record::APPLICATION_DATA;
use super::{Step, hello::Hello, input::Input, side::Side, version};
use crate::call_context::{CallContext, EarlyProtocols};
use crate::config::Blocking;
use crate::error::Error;
use rustls::pki_types::ServerName;
use rustls::server::{Accepted, AcceptedAlert, Acceptor};
use rustls::{ClientConfig, ClientConnection, ContentType, PeerIncompatible, ServerConfig};
use std::sync::Arc;

/// A trait for the same reason as `Side`.
pub trait Opening: Send {
    /// This connection's ALPN protocols, once a config says what they start as.
    fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>>;

    /// Whether what `open` does may block.
    fn may_block(&self, _: Blocking) -> bool {
        false
    }

    /// Reads what comes before rustls has a connection.
    fn listen(
        &mut self,
        _input: &mut Input,
        _context: &mut CallContext,
        _budget: &mut Budget,
    ) -> Result<Step<()>, Refusal> {
        Ok(Step::Done(()))
    }

    /// rustls's connection, which has written its first messages.
    fn open(&mut self, context: &mut CallContext) -> Result<Box<dyn Side>, Refusal>;

    fn client_mut(&mut self) -> Option<&mut Client> {
        None
    }

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
    /// Replaces the list of the config in this connection.
    pub alpn: Option<Vec<Vec<u8>>>,
    /// The config offers Encrypted ClientHello.
    pub offers_ech: bool,
}

/// The server side until the ClientHello is whole and a config is there.
#[derive(Default)]
pub struct Listening {
    acceptor: Acceptor,
    accepted: Option<Accepted>,
    pub hello: Option<Hello>,
    pub config: Option<Arc<ServerConfig>>,
    /// Replaces the list of the config in this connection.
    pub alpn: Option<Vec<Vec<u8>>>,
    /// The handshake messages that came, as they were: the ClientHello.
    messages: Vec<u8>,
}

/// Why there will be no connection.
pub enum Refusal {
    Error(rustls::Error),
    /// With rustls's alert.
    Alerted(rustls::Error, AcceptedAlert),
    /// An alert came instead of a ClientHello.
    Alert(u8),
}

impl Opening for Client {
    fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>> {
        Some(self.alpn.get_or_insert_with(|| self.config.alpn_protocols.clone()))
    }

    fn open(&mut self, context: &mut CallContext) -> Result<Box<dyn Side>, Refusal> {
        let alpn = self.alpn.take().unwrap_or_else(|| self.config.alpn_protocols.clone());
        if self.config.enable_early_data {
            context.early = Some(Box::new(EarlyProtocols::new(&alpn)));
        }
        if self.offers_ech {
            context.offers_ech = true;
        }
        let open = |config: &Arc<ClientConfig>, context: &mut CallContext| {
            let (config, name, alpn) = (config.clone(), self.name.clone(), alpn.clone());
            context
                .within(|| ClientConnection::new_with_alpn(config, name, alpn))
                .map_err(Refusal::Error)
        };
        let mut conn = open(&self.config, context)?;
        if context.early.as_ref().is_some_and(|it| it.is_unfit) {
            // Nothing was sent yet. rustls resumes such a session with early data, or not at all.
            Arc::make_mut(&mut self.config).enable_early_data = false;
            conn = open(&self.config, context)?;
        }
        Ok(Box::new(conn))
    }

    fn client_mut(&mut self) -> Option<&mut Client> {
        Some(self)
    }
}

impl Opening for Listening {
    fn alpn(&mut self) -> Option<&mut Vec<Vec<u8>>> {
        let start = &self.config.as_ref()?.alpn_protocols;
        Some(self.alpn.get_or_insert_with(|| start.clone()))
    }

    fn may_block(&self, may: Blocking) -> bool {
        may.signer || may.store
    }

    fn listen(
        &mut self,
        input: &mut Input,
        context: &mut CallContext,
        budget: &mut Budget,
    ) -> Result<Step<()>, Refusal> {
        match self.read_hello(input, context, budget)? {
            Step::Done(()) if self.is_interrupted(input) => {
                Err(Refusal::Error(rustls::Error::InappropriateMessage {
                    expect_types: vec![ContentType::Handshake],
                    got_type: ContentType::ApplicationData,
                }))
            }
            step => Ok(step),
        }
    }

    /// The server's first flight, or its refusal of a hello that this config cannot serve.
    fn open(&mut self, context: &mut CallContext) -> Result<Box<dyn Side>, Refusal> {
        let (Some(mut config), Some(accepted)) = (self.config.clone(), self.accepted.take()) else {
            return Err(Refusal::Error(Error::state("the server has no config").into()));
        };
        if let Some(alpn) = self.alpn.take() {
            Arc::make_mut(&mut config).alpn_protocols = alpn;
        }
        let message = self.hello.as_ref().map_or(&[][..], |it| &it.message);
        match context.within(|| accepted.into_connection(config)) {
            Ok(conn) => Ok(Box::new(conn)),
            Err((error, alert)) => Err(match (error, context.no_identity.take()) {
                // rustls would end with access_denied or internal_error.
                (rustls::Error::General(_), Some(why)) => Refusal::Error(why.into()),
                (error, _) => refuse(error, alert, message),
            }),
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
    pub fn read_hello(
        &mut self,
        input: &mut Input,
        context: &mut CallContext,
        budget: &mut Budget,
    ) -> Result<Step<()>, Refusal> {
        while self.hello.is_none() {
            let Some(record) = input.record() else { return Ok(Step::WantRead) };
            if let Some(description) = record.plain_alert() {
                return Err(Refusal::Alert(description));
            }
            self.messages.extend_from_slice(record.fragment());
            let len = record.bytes().len();
            super::hand_over(record.bytes(), |bytes| self.acceptor.read_tls(bytes))
                .map_err(Refusal::Error)?;
            input.consume(len);
            budget.spend(len);
            self.accepted = match context.within(|| self.acceptor.accept()) {
                Ok(accepted) => accepted,
                Err((error, alert)) => {
                    return Err(refuse(error, alert, &self.messages));
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
    fn is_interrupted(&self, input: &Input) -> bool {
        let offers_early_data = self.hello.as_ref().is_some_and(|it| it.offers_early_data);
        !offers_early_data && input.content_type() == Some(APPLICATION_DATA)
    }
}

/// rustls's refusal of a ClientHello (`message`), with its alert unless the RFCs require another.
fn refuse(error: rustls::Error, alert: AcceptedAlert, message: &[u8]) -> Refusal {
    use PeerIncompatible as P;
    use rustls::InvalidMessage::PreSharedKeyIsNotFinalExtension as NotFinal;
    match error {
        // Here rustls has decode_error, which must be illegal_parameter: RFC 8446, section 4.2.11.
        rustls::Error::InvalidMessage(NotFinal) => return Refusal::Error(error),
        rustls::Error::PeerIncompatible(
            P::SupportedVersionsExtensionRequired
            | P::Tls12NotOffered
            | P::Tls12NotOfferedOrEnabled,
        ) => return Refusal::Error(version::none_in_common(message).into()),
        // rustls looks for this before it looks at the version: RFC 8446, appendix D.2.
        rustls::Error::PeerIncompatible(P::SignatureAlgorithmsExtensionRequired)
            if version::is_old(message) =>
        {
            return Refusal::Error(version::none_in_common(message).into());
        }
        _ => {}
    }
    Refusal::Alerted(error, alert)
}
