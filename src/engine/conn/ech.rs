//! Encrypted ClientHello (RFC 9849), on a client.

use super::Conn;
use crate::capi::types::inkotls_ech_status as Status;
use crate::config::{Config, Ech};
use crate::error::Error;
use rustls::client::EchStatus;
use rustls::internal::msgs::codec::Codec;
use rustls::{ClientConfig, PeerIncompatible};

/// What is offered, and how the server refused it.
pub(super) struct Offer {
    public_name: String,
    refusal: Option<Refusal>,
}

/// The answer of a server that has proven the public name.
struct Refusal {
    /// An ECHConfigList, if the server sent one.
    retry_configs: Option<Vec<u8>>,
}

impl Conn {
    /// The config of a client that has not spoken yet.
    pub fn client_config(&mut self) -> Result<Config<ClientConfig>, Error> {
        let settings = self.settings.clone();
        let client = self.phase.opening_mut().and_then(|opening| opening.client_mut());
        let text = "only a client offers Encrypted ClientHello, and before its handshake begins";
        let client = client.ok_or_else(|| Error::state(text))?;
        Ok(Config { rustls: client.config.clone(), settings })
    }

    /// Replaces the config of a client that has not spoken yet.
    pub fn offer_ech(&mut self, ech: Ech) {
        if let Some(client) = self.phase.opening_mut().and_then(|opening| opening.client_mut()) {
            client.config = ech.config;
            client.offers_ech = true;
            self.ech = Some(Box::new(Offer { public_name: ech.public_name, refusal: None }));
        }
    }

    pub(super) fn keep_ech_answer(&mut self, error: &rustls::Error) {
        use PeerIncompatible::ServerRejectedEncryptedClientHello as Rejected;
        if let (rustls::Error::PeerIncompatible(Rejected(configs)), Some(ech)) =
            (error, &mut self.ech)
        {
            let retry_configs = configs.as_ref().filter(|it| !it.is_empty());
            let retry_configs = retry_configs.map(Codec::get_encoding);
            ech.refusal = Some(Refusal { retry_configs });
        }
    }

    /// None on a server.
    pub fn ech_status(&self) -> Option<Status> {
        let client = self.phase.side().and_then(|side| side.client());
        let status = client.map_or(EchStatus::NotOffered, |client| client.ech_status());
        (!self.phase.is_server()).then_some(match status {
            EchStatus::NotOffered => Status::NotOffered,
            EchStatus::Grease => Status::Grease,
            EchStatus::Accepted => Status::Accepted,
            EchStatus::Rejected if self.ech_refusal().is_some() => Status::Rejected,
            // What rustls calls rejected may be an attacker's answer, until the handshake is done.
            EchStatus::Offered | EchStatus::Rejected => Status::Offered,
        })
    }

    /// What a server must prove that refuses, for the error message if it does not.
    pub(super) fn unproven_public_name(&self) -> String {
        let client = self.phase.side().and_then(|side| side.client());
        match (&self.ech, client.map(|client| client.ech_status())) {
            (Some(ech), Some(EchStatus::Rejected)) => format!(
                "; the server refuses Encrypted ClientHello, and must prove the public name {}",
                ech.public_name
            ),
            _ => String::new(),
        }
    }

    fn ech_refusal(&self) -> Option<&Refusal> {
        self.ech.as_ref()?.refusal.as_ref()
    }

    /// The ECHConfigList of a server that refused.
    pub fn ech_retry_configs(&self) -> Option<&[u8]> {
        self.ech_refusal()?.retry_configs.as_deref()
    }

    pub fn ech_public_name(&self) -> Option<&str> {
        Some(&self.ech.as_ref()?.public_name)
    }
}
