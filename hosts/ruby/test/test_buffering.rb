# frozen_string_literal: true

require_relative "testing"

# Each block runs with both ends of a UNIX socket, and again with both ends of a TLS connection: the results are equal.
class TestBuffering < Minitest::Test
  include Testing

  TEXT = "one\ntwo\n\n\n\nthree four\nfive\r\nsix"

  def self.like_io(name, text = TEXT, &block)
    define_method(:"test_#{name}") { assert_equal over_unix(text, block), over_tls(text, block) }
  end

  def over_unix(text, block)
    here, there = UNIXSocket.pair
    here.binmode.write(text)
    here.close_write
    outcome(there, block)
  ensure
    [here, there].each(&:close)
  end

  def over_tls(text, block)
    served = lambda do |socket|
      text.scan(/.{1,5}/m) { |part| socket.write(part) } # several records
      socket.close_write
      socket.read
    end
    Async { pair(server, client, served, ->(socket) { outcome(socket, block) }).last }.wait
  end

  def outcome(socket, block)
    seen = []
    block.call(socket, seen)
    seen.map { |it| it.is_a?(String) ? it.b : it }
  rescue StandardError => e
    [*seen, e.class, e.message]
  end

  like_io(:read) { |io, seen| seen << io.read << io.read << io.read(1) << io.read(0) }
  like_io(:read_length) { |io, seen| 9.times { seen << io.read(7) } }
  like_io(:read_into) { |io, seen| 3.times { seen << io.read(20, buffer = +"before") << buffer } }
  like_io(:readpartial) { |io, seen| seen << io.readpartial(0) << io.readpartial(2) << io.readpartial(1, buffer = +"") << buffer }
  like_io(:readpartial_end, "x") { |io, seen| 2.times { seen << io.readpartial(10) } }
  like_io(:gets) { |io, seen| 9.times { seen << io.gets } }
  like_io(:gets_chomp) { |io, seen| 9.times { seen << io.gets(chomp: true) } }
  like_io(:gets_limit) { |io, seen| 12.times { seen << io.gets(3) } }
  like_io(:gets_separator) { |io, seen| 9.times { seen << io.gets("o", chomp: true) } }
  like_io(:gets_long_separator) { |io, seen| 3.times { seen << io.gets("three four") } }
  like_io(:gets_separator_and_limit) { |io, seen| 12.times { seen << io.gets("\r\n", 9) } }
  like_io(:gets_paragraph) { |io, seen| 4.times { seen << io.gets("") } }
  like_io(:gets_paragraph_chomp) { |io, seen| 4.times { seen << io.gets("", chomp: true) } }
  like_io(:gets_leading_newlines, "\n\n\na\n\n\n\n") { |io, seen| 3.times { seen << io.gets("") } }
  like_io(:gets_all) { |io, seen| 3.times { seen << io.gets(nil) } }
  like_io(:gets_all_limit) { |io, seen| 4.times { seen << io.gets(nil, 20) } }
  like_io(:gets_zero) { |io, seen| seen << io.gets(0) << io.gets(-1) }
  like_io(:readline) { |io, seen| 9.times { seen << io.readline(chomp: true) } }
  like_io(:readlines) { |io, seen| seen.concat(io.readlines) << io.readlines.size }
  like_io(:each) { |io, seen| io.each { |line| seen << line } }
  like_io(:each_line) { |io, seen| seen.concat(io.each_line("t", chomp: true).to_a) }
  like_io(:each_byte) { |io, seen| seen.concat(io.each_byte.first(3)) << io.read(2) }
  like_io(:enumerable) { |io, seen| seen.concat(io.map(&:length)) }
  like_io(:characters) { |io, seen| seen << io.getc << io.getbyte << io.readchar << io.readbyte << io.ungetc("xy") << io.gets << io.ungetbyte(65) << io.gets }
  like_io(:characters_end, "") { |io, seen| seen << io.getc << io.getbyte << io.eof? << io.ungetc("z") << io.eof? << io.readchar << io.readchar }
  like_io(:eof) { |io, seen| seen << io.eof? << io.read.size << io.eof? << io.eof }
  like_io(:mixed) { |io, seen| seen << io.gets << io.read(2) << io.readpartial(1) << io.getc << io.gets << io.read }
  like_io(:copy_stream) { |io, seen| seen << IO.copy_stream(io, to = StringIO.new) << to.string }
  like_io(:read_nonblock_end, "x") { |io, seen| seen << io.readpartial(2) << io.read_nonblock(1, exception: false) << io.read_nonblock(1) }

  WRITES = [
    ->(io) { io.write("a", :b, 3, nil) }, ->(io) { io << "a" << 1 }, ->(io) { io.print("a", 2) },
    ->(io) { io.puts }, ->(io) { io.puts("a\n", "b", ["c", ["d\n"]], nil) }, ->(io) { io.printf("%03d", 7) },
    ->(io) { io.write("") }, ->(io) { io.write("ü") }, ->(io) { io.write_nonblock("abc") }, ->(io) { io.puts([]) },
    ->(io) { io.write("ü", "\xFF".b) }, ->(io) { io.puts("ü", "\xFF".b) }, ->(io) { io.write },
  ].freeze

  def test_writing
    WRITES.each do |write|
      here, there = UNIXSocket.pair
      result = write.call(here)
      here.close
      wanted = [result.is_a?(IO) ? :self : result, there.read.b]
      there.close
      seen = Async do
        pair(server, client, ->(socket) { socket.read }, lambda { |socket|
          result = write.call(socket.handshake)
          result.equal?(socket) ? :self : result
        })
      end.wait
      assert_equal wanted, seen.reverse
    end
  end
end
