//go:build nettest

package inkotls

import (
	"net"
	"testing"

	"inkotls/nettest"
)

// What golang.org/x/net demands of every net.Conn.
func TestNetConn(t *testing.T) {
	clientConfig, serverConfig := trusting(t), server(t)
	nettest.TestConn(t, func() (net.Conn, net.Conn, func(), error) {
		c, s := connected(t, clientConfig, serverConfig)
		return c, s, func() { c.Close(); s.Close() }, nil
	})
}
