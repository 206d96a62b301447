//! What a host gives as bytes: certificates, keys, CRLs, staples, sessions, names. Each is taken or
//! refused in the same way wherever it can be given, and what is taken works.

use crate::abi::{Conn, Status, filled, lent, out, text};
use crate::configs::{self, Identity, Roots, Setup, Tickets, done, file, host};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::records::Record;
use crate::side::{Over, Pair, Side};
use crate::start;
use inkotls::capi::*;
use std::ffi::c_void;
use std::net::IpAddr;
use std::ptr;

const KINDS: [fn(&mut Plan); 15] = [
    certificate,
    root,
    crl,
    raw_key,
    chain,
    key,
    pem,
    staple,
    alpn,
    names,
    ticket_keys,
    session,
    exporter,
    signature,
    numbers,
];

pub fn run(bytes: &[u8]) {
    start();
    let plan = &mut Plan::Bytes(bytes);
    plan.one_of(&KINDS)(plan);
}

/// Files of the PKI to begin with.
const FILES: [&str; 21] = [
    "ca.der",
    "ecdsa.der",
    "rsa.der",
    "ed25519.der",
    "client.der",
    "sub-ca.der",
    "ca.crl.der",
    "ecdsa.ocsp",
    "ecdsa.key.der",
    "rsa.key.der",
    "ed25519.key.der",
    "rsa-pkcs1.key.der",
    "ecdsa-sec1.key.der",
    "ecdsa.spki.der",
    "rsa.spki.der",
    "ca.pem",
    "chained.pem",
    "ca.crl.pem",
    "rsa-pkcs1.key",
    "ecdsa.key",
    "full.der",
];

/// What the host gives: the plan's bytes, or a file that the plan has changed.
fn input(plan: &mut Plan) -> Vec<u8> {
    let Some(name) = usize::from(plan.byte()).checked_sub(1) else { return plan.rest().to_vec() };
    let mut input = file(FILES[name % FILES.len()]).to_vec();
    while !plan.is_over() {
        input = changed(input, plan);
        input.truncate(1 << 16); // it can double at every step
    }
    input
}

fn changed(bytes: Vec<u8>, plan: &mut Plan) -> Vec<u8> {
    let record = Record { typ: 0, version: [0; 2], fragment: bytes };
    record.changed(plan).into_iter().flat_map(|it| it.fragment).collect()
}

type Give<H> = unsafe extern "C" fn(Option<&mut H>, *const c_void, usize) -> Status;

/// Gives bytes to a handle, which is as a handle must be afterwards.
fn give_roots(roots: &mut Roots, give: Give<inkotls_roots>, bytes: &[u8]) -> Status {
    // SAFETY: the slice has its length.
    let status = unsafe { give(roots.get_mut(), bytes.as_ptr().cast(), bytes.len()) };
    assert_eq!(status != Status::Ok, !text(inkotls_roots_error(roots.get())).is_empty());
    let known = [Status::Ok, Status::InvalidCertificate, Status::InvalidKey];
    assert!(known.contains(&status), "{status:?} of roots");
    status
}

fn give(identity: &mut Identity, give: Give<inkotls_identity>, bytes: &[u8]) -> Status {
    // SAFETY: the slice has its length.
    let status = unsafe { give(identity.get_mut(), bytes.as_ptr().cast(), bytes.len()) };
    let words = text(inkotls_identity_error(identity.get()));
    assert!(status == Status::Ok || !words.is_empty(), "{status:?} without a word");
    let known = [Status::Ok, Status::InvalidCertificate, Status::InvalidKey, Status::KeyMismatch];
    assert!(known.contains(&status), "{status:?} of an identity");
    status
}

/// PEM (RFC 7468) of one section.
fn pem_of(label: &str, der: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = format!("-----BEGIN {label}-----\n");
    for three in der.chunks(3) {
        let all =
            three.iter().chain([0; 2].iter()).take(3).fold(0, |all, it| all << 8 | *it as usize);
        for at in 0..4 {
            let digit = char::from(DIGITS[all >> (18 - 6 * at) & 63]);
            text.push(if at > three.len() { '=' } else { digit });
        }
    }
    text += &format!("\n-----END {label}-----\n");
    text.into_bytes()
}

fn pair<'a>(
    client: &configs::ClientConfig,
    server: &'a configs::ServerConfig,
    name: &str,
) -> Pair<'a> {
    Pair::new(Side::client(client, name, Over::Buffers), Side::server(server, false, Over::Buffers))
}

/// A handshake of which either side may think what it likes, but does not wait for ever.
fn shakes(pair: &mut Pair) -> bool {
    let (client, server) = pair.shake();
    let is_fine = (client, server) == (Status::Ok, Status::Ok);
    let one_refused = (client as i32) < 0 && server != Status::WantWrite || (server as i32) < 0;
    assert!(is_fine || one_refused, "{client:?} and {server:?}");
    is_fine
}

fn client_of<'a>(pair: &'a mut Pair) -> &'a mut Conn {
    pair.client.conn().expect("a connection")
}

fn server_of<'a>(pair: &'a mut Pair) -> &'a mut Conn {
    pair.server.conn().expect("a connection")
}

// The kinds.

fn certificate(plan: &mut Plan) {
    let der = &input(plan)[..];
    let (status, made) = out(|it| {
        // SAFETY: the slice has its length.
        unsafe { inkotls_certificate_new(der.as_ptr().cast(), der.len(), it) }
    });
    let Some(raw) = made else { return assert_eq!(status, Status::InvalidCertificate) };
    // SAFETY: made above, freed below.
    let it = unsafe { raw.as_ref() };
    // SAFETY: `it` is alive in all of these.
    unsafe {
        for name in [inkotls_certificate_subject, inkotls_certificate_issuer] {
            let name = lent(|data, len| name(it, data, len)).1.expect("a name, perhaps empty");
            let name = String::from_utf8(name).expect("UTF-8");
            assert!(!name.chars().any(char::is_control), "{name:?}");
        }
        let list = |index| {
            let dns = lent::<u8, _>(|data, len| inkotls_certificate_dns_name(it, index, data, len));
            let ip =
                lent::<u8, _>(|data, len| inkotls_certificate_ip_address(it, index, data, len));
            let text = lent(|data, len| inkotls_certificate_ip_address_text(it, index, data, len));
            assert_eq!(ip_text(ip.1.as_deref()), text.1.map(|it| String::from_utf8(it).unwrap()));
            (dns.1, ip.1)
        };
        for index in 0.. {
            let (dns, ip) = list(index);
            if dns.is_none() && ip.is_none() {
                assert_eq!(list(index + 1), (None, None));
                break;
            }
            assert!(dns.is_none_or(|it| it.is_ascii() && !it.contains(&0) && !it.contains(&b' ')));
            assert!(ip.is_none_or(|it| [4, 16].contains(&it.len())));
        }
        for list in [inkotls_certificate_uri_name, inkotls_certificate_email_name] {
            let name = |index| lent::<u8, _>(|data, len| list(it, index, data, len)).1;
            let names: Vec<_> = (0..).map_while(name).collect();
            assert!(names.iter().flatten().all(u8::is_ascii_graphic), "{names:?}");
            assert_eq!(name(names.len() + 1), None);
        }
        let purpose = |index| {
            lent::<u8, _>(|data, len| inkotls_certificate_extended_key_usage(it, index, data, len))
        };
        let purposes: Vec<_> = (0..).map_while(|index| purpose(index).1).collect();
        let is_of_oid = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
        assert!(purposes.iter().flatten().all(is_of_oid), "{purposes:?}");
        assert!([Status::None, Status::InvalidCertificate].contains(&purpose(purposes.len()).0));
        for list in [inkotls_certificate_ocsp_uri, inkotls_certificate_ca_issuers_uri] {
            let uri = |index| lent::<u8, _>(|data, len| list(it, index, data, len));
            let uris: Vec<_> = (0..).map_while(|index| uri(index).1).collect();
            assert!(uris.iter().flatten().all(u8::is_ascii_graphic), "{uris:?}");
            assert!([Status::None, Status::InvalidCertificate].contains(&uri(uris.len()).0));
        }
        for identifier in [
            inkotls_certificate_subject_key_identifier,
            inkotls_certificate_authority_key_identifier,
        ] {
            let (status, bytes) = lent::<u8, _>(|data, len| identifier(it, data, len));
            let absent = [Status::None, Status::InvalidCertificate];
            assert!(bytes.is_some() || absent.contains(&status), "{status:?}");
        }
        let (status, algorithm) =
            lent::<u8, _>(|data, len| inkotls_certificate_public_key_algorithm(it, data, len));
        assert!(algorithm.map_or(status == Status::InvalidCertificate, |it| it.is_ascii()));
        let whole = lent::<u8, _>(|data, len| inkotls_certificate_der(it, data, len)).1;
        assert!(whole.is_some_and(|it| it == der), "another certificate");
        let pem = |cap| filled(cap, |buf, len| inkotls_certificate_pem(it, buf.cast(), cap, len));
        let (status, text) = pem(2 * der.len() + 64);
        assert_eq!(status, Status::Ok);
        assert_eq!(without_breaks(&text), without_breaks(&pem_of("CERTIFICATE", der)));
        assert_eq!(pem(text.len()), (Status::Ok, text.clone()));
        assert_eq!(pem(text.len() - 1).0, Status::InvalidArgument);
        let (status, text) =
            filled(10240, |buf, len| inkotls_certificate_text(it, buf.cast(), 10240, len));
        assert_eq!(status, Status::Ok);
        let text = String::from_utf8(text).expect("UTF-8");
        let is_safe = |line: &str| line.len() <= 500 && !line.chars().any(char::is_control);
        assert!(text.ends_with('\n') && text.split('\n').all(is_safe), "{text:?}");
        let print = lent::<u8, _>(|data, len| inkotls_certificate_fingerprint(it, data, len));
        assert_eq!(print.1.map(|it| it.len()), Some(32));
        assert!(lent::<u8, _>(|data, len| inkotls_certificate_serial(it, data, len)).1.is_some());
    }
    let is_said = |number: i32, largest: i32| {
        let absent = [Status::None as i32, Status::InvalidCertificate as i32];
        absent.contains(&number) || (0..=largest).contains(&number)
    };
    assert!(is_said(inkotls_certificate_key_usage(it), 0x1ff));
    assert!(is_said(inkotls_certificate_is_ca(it), 1));
    assert!(is_said(inkotls_certificate_public_key_bits(it), i32::MAX));
    assert!(is_said(inkotls_certificate_path_length(it), i32::MAX));
    for time in [inkotls_certificate_not_before, inkotls_certificate_not_after] {
        let seconds = out(|seconds| time(it, seconds)).1.expect("a time");
        assert!((-62_167_219_200..=253_402_300_799).contains(&seconds), "year 0 to 9999");
    }
    // SAFETY: made above.
    inkotls_certificate_free(Some(unsafe { Box::from_raw(raw) }));
}

fn without_breaks(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| *byte != b'\n').collect()
}

fn ip_text(address: Option<&[u8]>) -> Option<String> {
    let address = address?;
    let v4 = <[u8; 4]>::try_from(address).map(IpAddr::from);
    Some(v4.unwrap_or_else(|_| <[u8; 16]>::try_from(address).unwrap().into()).to_string())
}

fn root(plan: &mut Plan) {
    let der = &input(plan)[..];
    let (mut roots, mut same) = (Roots::new(), Roots::new());
    let status = give_roots(&mut roots, inkotls_roots_add_der, der);
    let in_pem = give_roots(&mut same, inkotls_roots_add_pem, &pem_of("CERTIFICATE", der));
    assert_eq!(status, in_pem, "DER and PEM");
    let client = Setup::default().client_with(|it| {
        done(inkotls_client_builder_set_roots(it, roots.get()));
    });
    match client {
        Ok(client) => drop(shakes(&mut pair(&client, &Setup::default().server(), "localhost"))),
        Err(why) => assert_eq!((status, why), (Status::InvalidCertificate, Status::NoTrustAnchors)),
    }
}

fn crl(plan: &mut Plan) {
    let (bits, der) = (plan.byte() & 7, &input(plan)[..]);
    let (mut roots, mut same) = (Roots::new(), Roots::new());
    done(give_roots(&mut roots, inkotls_roots_add_pem, file("ca.pem")));
    let status = give_roots(&mut roots, inkotls_roots_add_crl_der, der);
    let in_pem = give_roots(&mut same, inkotls_roots_add_crl_pem, &pem_of("X509 CRL", der));
    assert_eq!(status, in_pem, "DER and PEM");
    done(inkotls_roots_set_revocation(roots.get_mut(), bits.into()));
    let client = Setup::default().client_with(|it| {
        done(inkotls_client_builder_set_roots(it, roots.get()));
    });
    let is_fine =
        shakes(&mut pair(&client.expect("a config"), &Setup::default().server(), "localhost"));
    assert!(is_fine || status == Status::Ok, "a CRL that was refused");
}

fn raw_key(plan: &mut Plan) {
    let mut roots = Roots::new();
    let status = give_roots(&mut roots, inkotls_roots_add_raw_public_key, &input(plan));
    let setup = Setup { raw_keys: true, ..Setup::default() };
    let client = setup.client_with(|it| done(inkotls_client_builder_set_roots(it, roots.get())));
    match client {
        Ok(client) => drop(shakes(&mut pair(&client, &setup.server(), "localhost"))),
        Err(why) => assert_eq!((status, why), (Status::InvalidKey, Status::NoTrustAnchors)),
    }
}

fn chain(plan: &mut Plan) {
    let der = &input(plan)[..];
    let key = file("ecdsa.key");
    let (mut first, mut last) = (Identity::new(), Identity::new());
    let chain = give(&mut first, inkotls_identity_add_chain_der, der);
    let then_key = give(&mut first, inkotls_identity_set_key_pem, key);
    done(give(&mut last, inkotls_identity_set_key_pem, key));
    let behind = give(&mut last, inkotls_identity_set_chain_pem, &pem_of("CERTIFICATE", der));
    let both = if chain == Status::Ok { then_key } else { chain };
    assert_eq!(both, behind, "whichever is first");
    let setup = Setup::default();
    let set = inkotls_server_builder_set_identity;
    let mut status = Status::None;
    let server = setup.server_with(|it| status = set(it, last.get()));
    assert_eq!(status == Status::Ok, behind == Status::Ok);
    shakes(&mut pair(&setup.client(), &server.expect("a config"), "localhost"));
}

fn key(plan: &mut Plan) {
    let der = &input(plan)[..];
    let mut identity = Identity::new();
    let status = give(&mut identity, inkotls_identity_set_key_der, der);
    let spki = lent(|data, len| inkotls_identity_raw_public_key(identity.get(), data, len)).1;
    assert_eq!(spki.is_some(), status == Status::Ok);
    let Some(spki) = spki else { return };
    done(give_roots(&mut Roots::new(), inkotls_roots_add_raw_public_key, &spki));
    done(inkotls_identity_use_raw_public_key(identity.get_mut()));
    let setup = Setup { raw_keys: true, ..Setup::default() };
    let set = inkotls_server_builder_set_identity;
    let server = setup.server_with(|it| done(set(it, identity.get()))).expect("a config");
    shakes(&mut pair(&setup.client(), &server, "localhost"));
}

fn pem(plan: &mut Plan) {
    let text = &input(plan)[..];
    give_roots(&mut Roots::new(), inkotls_roots_add_pem, text);
    give_roots(&mut Roots::new(), inkotls_roots_add_crl_pem, text);
    let mut identity = Identity::new();
    give(&mut identity, inkotls_identity_set_chain_pem, text);
    give(&mut identity, inkotls_identity_set_key_pem, text);
    let mut identity = Identity::new();
    give(&mut identity, inkotls_identity_set_key_pem, text);
    give(&mut identity, inkotls_identity_set_chain_pem, text);
}

fn staple(plan: &mut Plan) {
    let (setup, staple) = (Setup::of(plan), plan.rest());
    if setup.raw_keys {
        return;
    }
    let mut identity = Identity::of("ecdsa.pem", "ecdsa.key", false);
    done(give(&mut identity, inkotls_identity_set_ocsp_staple, staple));
    let set = inkotls_server_builder_set_identity;
    let server = setup.server_with(|it| done(set(it, identity.get()))).expect("a config");
    let mut pair = pair(&setup.client(), &server, "localhost");
    assert!(shakes(&mut pair));
    let got =
        lent::<u8, _>(|data, len| inkotls_conn_ocsp_staple(client_of(&mut pair).get(), data, len))
            .1;
    assert_eq!(got.unwrap_or_default(), staple);
}

fn alpn(plan: &mut Plan) {
    let (setup, each) = (Setup::of(plan), plan.flag());
    let (client, server) = (setup.client(), setup.server());
    let mut pair = pair(&client, &server, "localhost");
    let mut lists = [Vec::new(), Vec::new()];
    while !plan.is_over() {
        let (at, len) = (plan.below(2), plan.byte());
        let name = plan.bytes(len.into());
        for at in if each { 0..2 } else { at..at + 1 } {
            // SAFETY: the slice has its length.
            let status =
                pair.side(at == 1).conn().expect("a connection").set(|it| unsafe {
                    inkotls_conn_add_alpn(it, name.as_ptr().cast(), name.len())
                });
            match status {
                Status::Ok => lists[at].push(name.clone()),
                _ => assert!(name.is_empty() || lists[at].len() == 64, "{status:?}"),
            }
        }
    }
    let is_fine = shakes(&mut pair);
    let both = lists[1].iter().find(|name| lists[0].contains(name));
    let is_asked = lists.iter().all(|list| !list.is_empty());
    assert_eq!(is_fine, both.is_some() || !is_asked, "{lists:?}");
    for is_server in [false, true] {
        let conn = pair.side(is_server).conn().expect("a connection");
        let (_, chosen) = lent::<u8, _>(|data, len| inkotls_conn_alpn(conn.get(), data, len));
        assert!(!is_fine || chosen.as_ref() == both, "{chosen:?}, {both:?}");
    }
}

fn names(plan: &mut Plan) {
    let name = plan.rest();
    let (start, len) = (name.as_ptr().cast(), name.len());
    let setup = Setup::default();
    let identity = Identity::of("ecdsa.pem", "ecdsa.key", false);
    let identities = inkotls_sni_map_new();
    // SAFETY: the slice has its length; `identities` is released below.
    let is_pattern = unsafe {
        let set = inkotls_sni_map_set(identities.as_ref(), start, len, identity.get());
        let removed = inkotls_sni_map_remove(identities.as_ref(), start, len);
        assert!(set == removed || (set, removed) == (Status::InvalidName, Status::None));
        inkotls_sni_map_set(identities.as_ref(), start, len, identity.get());
        set == Status::Ok
    };
    let set = inkotls_server_builder_set_sni_map;
    // SAFETY: as above.
    let server = setup.server_with(|it| done(set(it, unsafe { identities.as_ref() })));
    // SAFETY: made above; the config has a reference of its own.
    unsafe { inkotls_sni_map_release(identities) };
    let (client, server) = (setup.client(), server.expect("a config"));
    let (status, conn) =
        // SAFETY: the slice has its length.
        out(|it| unsafe { inkotls_conn_new_client(client.get(), start, len, it) });
    let Some(raw) = conn else { return assert_eq!(status, Status::InvalidName) };
    drop(Conn::new(raw, false, Progress::default()));
    let name = str::from_utf8(name).expect("a name is ASCII");
    let mut pair = pair(&client, &server, name);
    shakes(&mut pair);
    let asked =
        lent::<u8, _>(|data, len| inkotls_conn_server_name(server_of(&mut pair).get(), data, len));
    if let Some(asked) = asked.1 {
        let plain = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        assert_eq!(asked, plain.as_bytes());
        assert!(is_pattern, "a name that a client may ask for");
    }
}

fn ticket_keys(plan: &mut Plan) {
    let keys = plan.rest();
    // SAFETY: the slice has its length.
    let (status, made) =
        out(|it| unsafe { inkotls_ticket_keys_new(keys.as_ptr().cast(), keys.len(), it) });
    let fits = (32..=512).contains(&keys.len()) && keys.len().is_multiple_of(32);
    assert_eq!(status == Status::Ok, fits);
    let Some(made) = made else { return };
    let setup = Setup::default();
    let set = inkotls_server_builder_set_ticket_keys;
    // SAFETY: made above.
    let server = setup.server_with(|it| done(set(it, unsafe { made.as_ref() })));
    // SAFETY: as above; the config has a reference of its own.
    unsafe { inkotls_ticket_keys_release(made) };
    let (client, server) = (setup.client(), server.expect("a config"));
    for is_resumed in [0, 1] {
        let mut pair = pair(&client, &server, "localhost");
        assert!(shakes(&mut pair));
        client_of(&mut pair).read(1);
        assert_eq!(client_of(&mut pair).number(inkotls_conn_is_resumed), is_resumed);
    }
}

/// What a host's store gives back may be damaged, or another's. That is no reason to fail.
fn session(plan: &mut Plan) {
    let setup = Setup { tickets: Tickets::Host, ..Setup::of(plan) };
    let (client, server) = (setup.client(), setup.server());
    for visit in 0..2 {
        let mut pair = pair(&client, &server, "localhost");
        let words = plan.bytes(10 * visit);
        // SAFETY: the slice has its length.
        done(server_of(&mut pair).set(|it| unsafe {
            inkotls_conn_set_resumption_data(it, words.as_ptr().cast(), words.len())
        }));
        assert!(shakes(&mut pair), "{:?}", pair.server.end.error());
        client_of(&mut pair).read(1);
        for session in host().sessions.values_mut() {
            *session = changed(std::mem::take(session), plan);
        }
    }
}

fn exporter(plan: &mut Plan) {
    let (setup, len, label) = (Setup::of(plan), plan.length(20_000), plan.byte());
    let (label, has_context) = (plan.bytes(label.into()), plan.flag());
    let context = plan.rest();
    let server = setup.server();
    let mut pair = pair(&setup.client(), &server, "localhost");
    assert!(shakes(&mut pair));
    let start = if has_context { context.as_ptr() } else { ptr::null() };
    let context_len = if has_context { context.len() } else { 0 };
    let [client, server] = [false, true].map(|is_server| {
        let mut key = vec![0; len];
        let conn = pair.side(is_server).conn().expect("a connection");
        // SAFETY: the slices have their lengths.
        let status = conn.set(|it| unsafe {
            let (label, label_len) = (label.as_ptr().cast(), label.len());
            let (buf, len) = (key.as_mut_ptr().cast(), key.len());
            let export = inkotls_conn_export_keying_material;
            export(it, label, label_len, start.cast(), context_len, buf, len)
        });
        assert!(matches!(status, Status::Ok | Status::InvalidArgument), "{status:?}");
        (status, key)
    });
    assert_eq!(client, server);
    assert!(client.0 == Status::Ok || label.len() > 249 || len == 0 || len > 8_000);
}

fn signature(plan: &mut Plan) {
    let setup = Setup::of(plan);
    host().signature = plan.rest().to_vec();
    let mut identity = Identity::new();
    done(give(&mut identity, inkotls_identity_set_chain_pem, file("ecdsa.pem")));
    let (schemes, sign) = ([0x0403], Some(configs::sign as _));
    let blocks = setup.may_block.into();
    // SAFETY: the array has its length.
    done(unsafe {
        let set = inkotls_identity_set_signer;
        set(identity.get_mut(), schemes.as_ptr(), 1, sign, ptr::null_mut(), blocks)
    });
    let setup = Setup { raw_keys: false, ..setup };
    let set = inkotls_server_builder_set_identity;
    let server = setup.server_with(|it| done(set(it, identity.get()))).expect("a config");
    let mut pair = pair(&setup.client(), &server, "localhost");
    let (client, server) = pair.shake();
    assert_eq!((client, server), (Status::AlertReceived, Status::InvalidKey));
}

fn numbers(plan: &mut Plan) {
    let mut set = 0;
    let server = Setup::default().server_with(|mut it| {
        while !plan.is_over() {
            let (what, number) = (plan.byte() % 10, plan.number());
            let value = if plan.flag() { number as i32 } else { -(number as i32) };
            let status = match what {
                0 => inkotls_server_builder_add_protocol_version(it.as_deref_mut(), value),
                1 => inkotls_server_builder_add_cipher_suite(it.as_deref_mut(), value),
                2 => inkotls_server_builder_add_named_group(it.as_deref_mut(), value),
                3 => inkotls_server_builder_set_limit(it.as_deref_mut(), value & 7, number << 4),
                4 => inkotls_server_builder_set_session_cache(it.as_deref_mut(), number),
                5 => inkotls_server_builder_set_ticket_count(it.as_deref_mut(), number),
                6 => inkotls_server_builder_set_max_early_data(it.as_deref_mut(), number as u32),
                7 => inkotls_server_builder_set_certificate_compression(it.as_deref_mut(), value),
                8 => inkotls_server_builder_set_client_auth(it.as_deref_mut(), value, None),
                _ => inkotls_server_builder_set_extended_master_secret_required(
                    it.as_deref_mut(),
                    value,
                ),
            };
            set += i32::from(status == Status::Ok);
            let known = [Status::Ok, Status::Unsupported, Status::InvalidArgument];
            assert!(known.contains(&status), "{status:?}");
            for name in [
                inkotls_status_text,
                inkotls_alert_name,
                inkotls_certificate_error_text,
                inkotls_protocol_version_name,
                inkotls_cipher_suite_name,
                inkotls_signature_scheme_name,
                inkotls_named_group_name,
            ] {
                assert!(!text(name(value)).is_empty());
            }
        }
    });
    match server {
        Ok(server) => {
            shakes(&mut pair(&Setup::default().client(), &server, "localhost"));
        }
        Err(why) => assert!(set > 0, "{why:?}"),
    }
}
