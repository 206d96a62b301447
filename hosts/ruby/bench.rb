# frozen_string_literal: true

# bench.rb: inkotls beside the openssl gem, in fibers of async; rounds alternate. INKOTLS_PKI is the folder of the keys.

require_relative "test/testing"
require "openssl"

ROUNDS = ENV.fetch("ROUNDS", "7").to_i
GROUP = "X25519"

# Each side answers with two connected sockets: the server's and the client's.
class Ours
  include Testing

  def initialize
    @server, @client = server(groups: [GROUP]), client(groups: [GROUP])
    @full = client(groups: [GROUP], session_cache: 0)
  end

  def wrap(accepted, connected, is_full)
    [@server.wrap(accepted), (is_full ? @full : @client).wrap(connected, server_name: "localhost")]
  end
end

class OpenSSLGem
  include Testing

  def initialize
    @server, @client = OpenSSL::SSL::SSLContext.new, OpenSSL::SSL::SSLContext.new
    @server.add_certificate(OpenSSL::X509::Certificate.new(File.read(pki("ecdsa.pem"))), OpenSSL::PKey.read(File.read(pki("ecdsa.key"))))
    @server.session_id_context = "bench"
    @client.set_params(ca_file: pki("ca.pem"))
    @client.session_cache_mode = OpenSSL::SSL::SSLContext::SESSION_CACHE_CLIENT
    @client.session_new_cb = ->((_, session)) { @session = session }
    [@server, @client].each { |context| context.ecdh_curves = GROUP }
  end

  def wrap(accepted, connected, is_full)
    sockets = [[accepted, @server], [connected, @client]].map do |socket, context|
      socket.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
      OpenSSL::SSL::SSLSocket.new(socket, context).tap { |it| it.sync_close = true }
    end
    sockets.last.hostname = "localhost"
    sockets.last.session = @session if @session && !is_full
    sockets
  end
end

def connect(side, is_full: true)
  accepting = Async { $listener.accept }
  connected = TCPSocket.new("127.0.0.1", $listener.local_address.ip_port)
  server, client = side.wrap(accepting.wait, connected, is_full)
  serving = Async { server.accept }
  client.connect
  serving.wait
  yield server, client
ensure
  client&.close
  server&.close
end

# The client reads a byte, so that it has the session. The first connection may find that its session is forgotten.
HANDSHAKES = lambda do |side, is_full|
  resumed = Array.new(100) do
    connect(side, is_full: is_full) do |server, client|
      server.write("x")
      client.readpartial(1)
      client.session_reused?
    end
  end
  raise "#{resumed.count(true)} resumed" if resumed.drop(1).include?(is_full)
end

BULK = lambda do |side|
  connect(side) do |server, client|
    chunk, rest = "x" * 65_536, 128 << 20
    sending = Async { (rest / chunk.bytesize).times { client.write(chunk) } }
    rest -= server.readpartial(65_536).bytesize while rest.positive?
    sending.wait
  end
end

ROUND_TRIPS = lambda do |side|
  connect(side) do |server, client|
    echo = Async { 5000.times { server.write(server.readpartial(1)) } }
    5000.times do
      client.write("x")
      client.readpartial(1)
    end
    echo.wait
  end
end

ROWS = {
  "full handshakes" => ->(side) { HANDSHAKES.call(side, true) },
  "resumed handshakes" => ->(side) { HANDSHAKES.call(side, false) },
  "bulk" => BULK, "round trips" => ROUND_TRIPS,
}.freeze

def seconds(work, side)
  GC.start
  start = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
  Async { work.call(side) }.wait
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) - start
end

Testing.listen do |listener, _|
  $listener, sides = listener, [OpenSSLGem.new, Ours.new]
  ROWS.each_value { |work| sides.each { |side| seconds(work, side) } }
  ROWS.each do |name, work|
    ratios = Array.new(ROUNDS) { sides.map { |side| seconds(work, side) }.reduce(:/) }.sort
    puts format("%-19s %.2f of the openssl gem's speed per CPU second (%.2f to %.2f)", name, ratios[ROUNDS / 2], ratios.first, ratios.last)
  end
end
