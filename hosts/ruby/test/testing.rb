# frozen_string_literal: true

# What the scenarios and the tests have in common: files of a PKI, and pairs of connections in tasks of async.

$LOAD_PATH.unshift File.expand_path("../lib", __dir__)
require "async"
require "inkotls"

Console.logger.off! # a task that fails is waited for, and reported there

module Testing
  PKI = ENV.fetch("INKOTLS_PKI") { File.expand_path("../../../build/pki", __dir__) }

  module_function

  def pki(name) = "#{PKI}/#{name}"

  def identity(name) = Inkotls::Identity.new(cert_file: pki("#{name}.pem"), key_file: pki("#{name}.key"))

  def server(name = "ecdsa", **settings) = Inkotls::ServerContext.new(identity: identity(name), **settings)

  def client(**settings) = Inkotls::ClientContext.new(ca_file: pki("ca.pem"), **settings)

  def listen
    listener = TCPServer.new("127.0.0.1", 0)
    yield listener, listener.local_address.ip_port
  ensure
    listener&.close
  end

  def with(socket)
    yield socket
  ensure
    socket.close
  end

  # Runs the lambdas `serve` and `use` at the same time on both sides of a connection. Returns the results of both.
  def pair(server, client, serve, use, name: "localhost")
    listen do |listener, port|
      serving = Async { with(server.wrap(listener.accept), &serve) }
      used = with(client.wrap(TCPSocket.new("127.0.0.1", port), server_name: name), &use)
      [serving.wait, used]
    end
  end

  def facts(socket)
    {
      version: socket.version, is_resumed: socket.session_reused?, alpn: socket.alpn_protocol, name: socket.server_name,
      subject: socket.peer_certificate&.subject,
    }
  end

  # Exchange `ping` and `pong`, and read a clean end.
  ANSWER = lambda do |socket|
    equal "ping", socket.readpartial(100)
    socket.write("pong")
    socket.close_write
    equal nil, socket.read(1)
    facts(socket)
  end

  ASK = lambda do |socket|
    socket.write("ping")
    equal "pong", socket.readpartial(100)
    equal nil, socket.read(1)
    facts(socket)
  end

  # Both sides fail. Returns the errors of the server and of the client.
  def refused(server, client, name: "localhost")
    failing = ->(socket) { [error { socket.handshake.readpartial(1) }] } # a task raises an exception that it returns
    pair(server, client, failing, failing, name: name).flatten
  end

  def equal(expected, seen)
    raise "expected #{expected.inspect}, saw #{seen.inspect}" unless expected == seen
  end

  # The exception of a block.
  def error
    yield
    raise "nothing failed"
  rescue StandardError => e
    e
  end

  def sockets = Dir.children("/proc/self/fd").count { |fd| File.readlink("/proc/self/fd/#{fd}").start_with?("socket:") rescue false }
end
