# frozen_string_literal: true

# scenarios.rb LIBRARY PKI: the scenarios of hosts/scenarios.md, in tasks of async.

ENV["INKOTLS_LIBRARY"], ENV["INKOTLS_PKI"] = ARGV
require_relative "test/testing"
require "digest"
require "open3"

module Scenarios
  extend Testing
  include Testing

  module_function

  def connect
    pair(server, client, ANSWER, ASK).each { |seen| equal "TLS 1.3", seen[:version] }
  end

  def verify
    s_server = %W[timeout 20 openssl s_server -accept 127.0.0.1:0 -naccept 1 -rev -cert #{pki('chained.pem')}
                  -key #{pki('chained.key')} -cert_chain #{pki('chained.pem')}]
    IO.popen([*s_server, { err: File::NULL }], "r+") do |openssl|
      port = openssl.each_line.lazy.filter_map { |line| line[/^ACCEPT .*:(\d+)/, 1] }.first
      with(client.connect("127.0.0.1", port, server_name: "localhost")) do |socket|
        socket.write("ping\n")
        equal "gnip\n", socket.gets
        equal "CN=inkotls example chained", socket.peer_certificate.subject
      end
    end
    listen do |listener, port|
      serving = Async do
        with(server.wrap(listener.accept)) do |socket|
          said = socket.gets
          socket.write("pong\n")
          socket.close_write
          [said, socket.read]
        end
      end
      s_client = %W[timeout 20 openssl s_client -quiet -verify_return_error -CAfile #{pki('ca.pem')}
                    -connect 127.0.0.1:#{port}]
      said, status = Open3.capture2(*s_client, stdin_data: "ping\n", err: File::NULL)
      equal ["pong\n", true], [said, status.success?]
      equal ["ping\n", ""], serving.wait
    end
  end

  def refuse
    {
      "expired" => %i[expired certificate_expired], "other" => %i[wrong_name bad_certificate],
      "stranger" => %i[unknown_issuer unknown_ca], "revoked" => %i[revoked certificate_revoked],
    }.each do |name, (reason, alert)|
      settings = name == "revoked" ? { crl_file: pki("ca.crl.pem") } : {}
      served, used = refused(server(name), client(**settings))
      equal [:invalid_peer_certificate, reason, alert], [used.status, used.certificate_error, used.alert_sent]
      raise "no message: #{used.message}" if used.message.length < 20

      equal [:alert_received, alert], [served.status, served.alert_received]
    end
  end

  def alpn
    served = server(alpn: ["http/1.1"])
    pair(served, client(alpn: ["h2", "http/1.1"]), ANSWER, ASK).each { |seen| equal "http/1.1", seen[:alpn] }
    _, used = refused(served, client(alpn: ["h2"]))
    equal :no_application_protocol, used.alert_received
  end

  def sni
    served = Inkotls::ServerContext.new(names: { "localhost" => identity("ecdsa"), "other.test" => identity("other") })
    uses = client
    { "localhost" => "ecdsa", "other.test" => "other" }.each do |name, subject|
      seen, used = pair(served, uses, ANSWER, ASK, name: name)
      equal [name, "CN=inkotls example #{subject}"], [seen[:name], used[:subject]]
    end
    _, used = refused(served, uses, name: "unknown.test")
    equal :unrecognized_name, used.alert_received
  end

  def client_certificate
    served = server(client_auth: :required, ca_file: pki("ca.pem"))
    seen, = pair(served, client(identity: identity("client")), ANSWER, ASK)
    equal "CN=inkotls example client", seen[:subject]
    [nil, identity("stranger-client")].each do |identity|
      _, used = refused(served, client(identity: identity))
      equal :certificate_required, used.alert_received
    end
  end

  def resumption
    served, uses = server, client
    [false, true].each do |is_resumed|
      pair(served, uses, ANSWER, ASK).each { |seen| equal is_resumed, seen[:is_resumed] }
    end
  end

  def early_data
    served, uses = server(max_early_data: 1000), client(early_data: true)
    pair(served, uses, ANSWER, ASK)
    seen, used = pair(served, uses, lambda { |socket|
      early = socket.read_early
      equal nil, socket.read_early
      ANSWER.call(socket)
      early
    }, lambda { |socket|
      equal 5, socket.write_early("early")
      ASK.call(socket)
      socket.early_data_accepted?
    })
    equal ["early", true], [seen, used]
  end

  CONNECTIONS = 1000

  def concurrent
    served, uses, gate, open = server, client, Async::Condition.new, 0
    pair(served, uses, ANSWER, ASK) # opens what the scheduler needs
    before = descriptors
    listen do |listener, port|
      serving = Async do
        Array.new(CONNECTIONS) do
          accepted = listener.accept
          Async do
            with(served.wrap(accepted)) do |socket|
              socket.write(socket.gets)
              socket.read
            end
          end
        end.each(&:wait)
      end
      Array.new(CONNECTIONS) do |number|
        Async do
          with(uses.connect("127.0.0.1", port, server_name: "localhost")) do |socket|
            (open += 1) == CONNECTIONS ? gate.signal : gate.wait
            socket.puts(number)
            equal "#{number}\n", socket.gets
          end
        end
      end.each(&:wait)
      serving.wait
    end
    equal before, descriptors
  end

  def descriptors = Dir.children("/proc/self/fd").size

  def slow_verifier
    gate, threads, verified = Thread::Queue.new, Thread::Queue.new, 0
    slow = client(dangerous_verifier: lambda { |peer|
      threads << Thread.current
      gate.pop
      peer.verify
    })
    served = server
    waiting = Array.new(8) do
      Async do
        pair(served, slow, ANSWER, lambda { |socket|
          socket.handshake
          verified += 1
          ASK.call(socket)
        })
      end
    end
    running = Array.new(8) { threads.pop }
    equal false, running.include?(Thread.current)
    pair(served, client, lambda { |socket|
      100.times { socket.write(socket.gets) }
      socket.read
    }, lambda { |socket|
      100.times do |number|
        socket.puts(number)
        equal "#{number}\n", socket.gets
      end
    })
    equal 0, verified
    8.times { gate << true }
    waiting.each(&:wait)
    equal 8, verified
  end

  def cut_and_close
    read = ->(socket) { socket.handshake && error { socket.readpartial(1) } }
    _, used = pair(server, client, ->(socket) { socket.handshake.io.shutdown(:WR) }, read)
    equal :unexpected_eof, used.status
    _, used = pair(server, client, ->(socket) { socket.close_write }, read)
    equal EOFError, used.class
  end

  TOTAL, BLOCK = 160_000_000, 64_000

  def bulk
    both = lambda do |seed|
      lambda do |socket|
        socket.handshake
        receiving = Async do
          digest, count = Digest::SHA256.new, 0
          while (data = socket.read_nonblock(1 << 20, exception: false))
            next socket.io.wait_readable if data.is_a?(Symbol)

            digest << data
            count += data.bytesize
          end
          equal TOTAL, count
          digest.hexdigest
        end
        digest = Digest::SHA256.new
        (TOTAL / BLOCK).times do |number|
          block = format("%s%09d", seed, number) * (BLOCK / 10)
          digest << block
          socket.write(block)
        end
        socket.close_write
        [digest.hexdigest, receiving.wait]
      end
    end
    served, used = pair(server, client, both.call("s"), both.call("c"))
    equal served, used.reverse
  end

  def cancel
    served, uses = server, client
    before = sockets
    listen do |listener, port|
      half = TCPSocket.new("127.0.0.1", port)
      half.write("\x16\x03\x01\x02\x00\x01\x00\x01\xFC")
      serving = Async { with(served.wrap(listener.accept), &:handshake) }
      serving.stop
      equal [true, true], [serving.finished?, half.read.start_with?("\x15")]
      half.close

      connected = TCPSocket.new("127.0.0.1", port)
      connecting = Async { with(uses.wrap(connected, server_name: "localhost"), &:handshake) }
      silent = listener.accept
      connecting.stop
      equal [true, true], [connecting.finished?, connected.closed?]
      silent.close
    end
    equal before, sockets
    pair(served, uses, ANSWER, ASK)
  end

  def use_after_close
    pair(server, client, ->(socket) { socket.read }, lambda { |socket|
      socket.handshake
      reading = Async { [error { socket.read }] }
      socket.close
      [*reading.wait, error { socket.read }, error { socket.gets }, error { socket.write("x") }].each do |seen|
        equal [IOError, "closed stream"], [seen.class, seen.message]
      end
      equal [nil, true], [socket.close, socket.closed?]
    })
  end
end

NAMES = %i[connect verify refuse alpn sni client_certificate resumption early_data concurrent slow_verifier cut_and_close
           bulk cancel use_after_close].freeze
$stdout.sync = true
passed = NAMES.map do |name|
  shown = name.to_s.tr("_", "-")
  Async { Scenarios.public_send(name) }.wait
  puts "ok #{shown}"
  true
rescue StandardError => e
  puts "not ok #{shown}: #{e.full_message(highlight: false).lines.first(6).map(&:strip).join(' | ')}"
end
exit passed.all?
