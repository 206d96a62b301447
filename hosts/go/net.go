package inkotls

import (
	"context"
	"net"
)

type listener struct {
	net.Listener
	config *Config
}

func (l listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return Server(conn, l.config), nil
}

// NewListener returns a Listener whose connections are those of inner with TLS.
func NewListener(inner net.Listener, config *Config) net.Listener {
	return listener{inner, config}
}

// Listen listens on a network address.
func Listen(network, address string, config *Config) (net.Listener, error) {
	if _, err := config.serverConfig(); err != nil {
		return nil, err
	}
	inner, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	return NewListener(inner, config), nil
}

// Dial connects to an address, and completes the handshake.
func Dial(network, address string, config *Config) (*Conn, error) {
	conn, err := (&Dialer{Config: config}).DialContext(context.Background(), network, address)
	if err != nil {
		return nil, err
	}
	return conn.(*Conn), nil
}

// Dialer dials connections with TLS. Its DialContext fits the DialTLSContext of net/http.Transport.
type Dialer struct {
	// NetDialer dials the transports. Default: that of package net.
	NetDialer *net.Dialer
	// Config is that of all connections, which resume the sessions of each other. Without a ServerName,
	// each server must prove the name of its address.
	Config *Config
}

// Dial connects to an address, and completes the handshake.
func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialContext connects to an address, and completes the handshake, before the context ends.
func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	serverName := d.Config.ServerName
	if serverName == "" {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		serverName = host
	}
	dialer := d.NetDialer
	if dialer == nil {
		dialer = new(net.Dialer)
	}
	transport, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	conn := client(transport, d.Config, serverName)
	if err := conn.HandshakeContext(ctx); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
