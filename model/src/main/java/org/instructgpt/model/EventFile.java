package org.instructgpt.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;
import org.instructgpt.files.AtomicFiles;

/// The scalars of a run as TensorBoard reads them.
///
/// A file is a row of TFRecords: length (8 bytes), its masked CRC32C (4), the bytes, their masked
/// CRC32C (4), all little-endian. Masked means rotated right by 15 bits plus a constant, so that a
/// CRC of data which holds CRCs stays a good one. The bytes are an `Event` protocol buffer:
///
/// | message | fields used |
/// |---|---|
/// | Event | 1 wall_time (double), 2 step (int64), 3 file_version, 5 summary, 7 session_log |
/// | Summary | 1 value (repeated Value) |
/// | Value | 1 tag (string), 2 simple_value (float) |
/// | SessionLog | 1 status (1 = START) |
///
/// A process writes a new file each time and never changes an old one. A resumed run first says
/// "session started at step n", at which TensorBoard drops what older files hold of step n and
/// later. Source: the TFRecord and event formats as TensorFlow's `record_writer.cc`, `event.proto`
/// and `summary.proto` document them.
final class EventFile implements AutoCloseable {
  private static final int CRC_MASK = 0xa282ead8;
  private static final int FIXED64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED32 = 5;

  private final FileChannel channel;
  private final InstantSource clock;

  private EventFile(FileChannel channel, InstantSource clock) {
    this.channel = channel;
    this.clock = clock;
  }

  /// Starts a new event file.
  ///
  /// @param folder where the run's event files lie
  /// @param firstStep the first step in this file
  /// @param clock the wall time of the events
  static EventFile open(Path folder, long firstStep, InstantSource clock) throws IOException {
    Files.createDirectories(folder);
    long older;
    try (var files = Files.list(folder)) {
      older = files.count();
    }
    // TensorBoard reads files in the order of their names: seconds, then a running number.
    String name =
        "events.out.tfevents.%010d.%04d".formatted(clock.instant().getEpochSecond(), older);
    var file = new EventFile(FileChannel.open(folder.resolve(name), CREATE_NEW, WRITE), clock);
    try {
      file.write(event -> event.bytes(3, "brain.Event:2".getBytes(UTF_8)));
      if (older > 0) {
        byte[] started = new Message().varint(1, 1).bytes();
        file.write(event -> event.varint(2, firstStep).bytes(7, started));
      }
      return file;
    } catch (IOException failure) {
      file.close();
      throw failure;
    }
  }

  /// Writes the metrics of one step.
  ///
  /// @param prefix put before every tag, `train/` for example: TensorBoard groups by it
  void scalars(long step, String prefix, Map<String, Double> metrics) throws IOException {
    var summary = new Message();
    metrics.forEach((name, value) ->
        summary.bytes(
            1,
            new Message()
                .bytes(1, (prefix + name).getBytes(UTF_8))
                .fixed32(2, Float.floatToRawIntBits(value.floatValue()))
                .bytes()));
    write(event -> event.varint(2, step).bytes(5, summary.bytes()));
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void write(UnaryOperator<Message> fields) throws IOException {
    Instant now = clock.instant();
    double wallTime = now.getEpochSecond() + now.getNano() * 1e-9;
    byte[] event =
        fields.apply(new Message().fixed64(1, Double.doubleToRawLongBits(wallTime))).bytes();
    ByteBuffer record = ByteBuffer.allocate(16 + event.length).order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(event.length);
    record.putInt(maskedCrc(record.array(), 0, 8));
    record.put(event);
    record.putInt(maskedCrc(record.array(), 12, event.length));
    AtomicFiles.writeFully(channel, record.flip());
  }

  private static int maskedCrc(byte[] bytes, int offset, int length) {
    var crc = new CRC32C();
    crc.update(bytes, offset, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK;
  }

  /// A protocol buffer under construction: each field is a key (number and wire type) and a value.
  private static final class Message {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Message varint(int field, long value) {
      rawVarint((long) field << 3);
      rawVarint(value);
      return this;
    }

    Message fixed64(int field, long bits) {
      rawVarint(((long) field << 3) | FIXED64);
      littleEndian(bits, 8);
      return this;
    }

    Message fixed32(int field, int bits) {
      rawVarint(((long) field << 3) | FIXED32);
      littleEndian(bits, 4);
      return this;
    }

    Message bytes(int field, byte[] value) {
      rawVarint(((long) field << 3) | LENGTH_DELIMITED);
      rawVarint(value.length);
      out.writeBytes(value);
      return this;
    }

    byte[] bytes() {
      return out.toByteArray();
    }

    private void rawVarint(long value) {
      long rest = value;
      while ((rest & ~0x7fL) != 0) {
        out.write(((int) rest & 0x7f) | 0x80);
        rest >>>= 7;
      }
      out.write((int) rest);
    }

    private void littleEndian(long bits, int count) {
      for (int i = 0; i < count; i++) {
        out.write((int) (bits >>> (8 * i)));
      }
    }
  }
}
