# frozen_string_literal: true

module Inkotls
  # The methods of IO over receive(max), which returns bytes or nil at the end, and transmit(data). Strings are binary.
  # What is written is sent at once. One task may read while another one writes.
  module Buffering
    include Enumerable

    # The bytes that have been read and not used. Guarded by @reading, as all reading is.
    private def unused = @unused ||= +"".b

    def read(length = nil, buffer = nil)
      data = reading { length ? take_all(length) : take_rest }
      buffer ? buffer.replace(data || "") && data && buffer : data
    end

    def readpartial(max, buffer = nil)
      return filled(buffer, +"") if max.zero?

      data = reading { unused.empty? ? receive(max) : take(max) } or raise EOFError, "end of file reached"
      filled(buffer, data)
    end

    # With exception: false, returns :wait_readable or :wait_writable instead of raising, and nil at the end.
    def read_nonblock(max, buffer = nil, exception: true)
      return filled(buffer, +"") if max.zero?

      data = reading { unused.empty? ? receive(max, nonblock: true) : take(max) }
      case data
      when String then filled(buffer, data)
      when Symbol then exception ? would_block(data) : data
      else raise EOFError, "end of file reached" if exception
      end
    end

    # gets(separator = "\n", limit = nil, chomp: false), as IO#gets, but without $_.
    def gets(*arguments, chomp: false)
      separator, limit = separator_and_limit(*arguments)
      line = reading { take_line(separator, limit) }
      chomp && line && separator ? line.chomp(separator) : line
    end

    def each_line(*arguments, chomp: false)
      return to_enum(:each_line, *arguments, chomp: chomp) unless block_given?

      while (line = gets(*arguments, chomp: chomp))
        yield line
      end
      self
    end
    alias each each_line

    def readline(...) = gets(...) || raise(EOFError, "end of file reached")
    def readlines(...) = each_line(...).to_a
    def getc = read(1)
    def getbyte = read(1)&.ord
    def readchar = getc || raise(EOFError, "end of file reached")
    def readbyte = getbyte || raise(EOFError, "end of file reached")

    def each_byte
      return to_enum(:each_byte) unless block_given?

      while (byte = getbyte)
        yield byte
      end
      self
    end

    def ungetc(characters)
      reading { unused.prepend(characters.is_a?(Integer) ? characters.chr : characters.b) }
      nil
    end
    alias ungetbyte ungetc

    def eof? = reading { unused.empty? && !fill }
    alias eof eof?

    # The number of bytes that can be read at once from the buffer of this object.
    def pending = unused.bytesize

    def write(*objects)
      data = objects.size == 1 ? objects.first.to_s : objects.map { |object| object.to_s.b }.join
      transmit(data)
      data.bytesize
    end

    # After :wait_writable, the next write must begin with the same bytes, as with OpenSSL.
    def write_nonblock(object, exception: true)
      result = transmit_nonblock(object.to_s)
      result.is_a?(Symbol) && exception ? would_block(result) : result
    end

    def <<(object)
      write(object)
      self
    end

    def print(*objects)
      write(*objects)
      nil
    end

    def puts(*objects)
      lines = objects.flatten.map { |object| object.to_s.b }
      lines << "" if objects.empty?
      write(lines.map { |line| line.end_with?("\n") ? line : "#{line}\n" }.join)
      nil
    end

    def printf(format, *arguments) = print(format(format, *arguments))
    def flush = self
    def sync = true
    def sync=(value); end

    private

    def reading(&block) = @reading.synchronize(&block)

    # Reads more; nil at the end.
    def fill = (data = receive(Socket::CHUNK)) && (unused << data)

    def take(max) = unused.bytesize <= max ? take_buffer : unused.slice!(0, max)

    def take_buffer
      data, @unused = unused, nil
      data
    end

    def take_all(length)
      return +"" if length.zero?

      nil while unused.bytesize < length && fill
      take(length) unless unused.empty?
    end

    def take_rest
      nil while fill
      take_buffer
    end

    def take_line(separator, limit)
      return (unused.empty? && !fill ? nil : take_rest) unless separator || limit
      return +"" if limit&.zero?
      return take_paragraph(limit) if separator == ""

      take_until(separator, limit)
    end

    def take_until(separator, limit)
      searched = 0
      loop do
        found = separator && unused.index(separator, searched)
        found &&= found + separator.bytesize
        return take([found, limit].compact.min) if found || (limit && unused.bytesize >= limit)

        searched = [unused.bytesize - separator.bytesize + 1, 0].max if separator
        break unless fill
      end
      take_buffer unless unused.empty?
    end

    def take_paragraph(limit)
      nil while (unused.slice!(/\A\n+/) || unused.empty?) && unused.empty? && fill
      line = take_until("\n\n", limit)
      nil while unused.slice!(/\A\n+/) && unused.empty? && fill
      line
    end

    # The default is not $/, which only the main Ractor may read.
    def separator_and_limit(separator = "\n", limit = nil)
      separator, limit = "\n", separator if separator.is_a?(Integer)
      [separator&.b, limit&.negative? ? nil : limit]
    end

    def filled(buffer, data) = buffer ? buffer.replace(data) : data

    def would_block(direction)
      raise IO::EAGAINWaitReadable, "read would block" if direction == :wait_readable

      raise IO::EAGAINWaitWritable, "write would block"
    end
  end
end
