package doublelake;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.Serializable;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32;
import org.roaringbitmap.RoaringBitmap;

/**
 * The deleted row positions of one file, in the protocol's "RoaringBitmapArray": a magic number, the number
 * of 32-bit bitmaps, then key and bitmap each, little endian. A stored vector lies alone in its file behind a
 * version byte, as big-endian length, bytes, CRC-32.
 */
final class DeletionVector {
  private static final int MAGIC = 1681511377;
  private static final byte FILE_VERSION = 1;

  private DeletionVector() {}

  /** Where a vector lies: storage 'u' (file named by a UUID), 'i' (inline) or 'p' (absolute path). */
  record Descriptor(String storageType, String pathOrInline, Integer offset, int size, long cardinality)
      implements Serializable {

    static Descriptor of(ObjectNode json) {
      return new Descriptor(
          json.get("storageType").asText(),
          json.get("pathOrInlineDv").asText(),
          json.hasNonNull("offset") ? json.get("offset").asInt() : null,
          json.get("sizeInBytes").asInt(),
          json.get("cardinality").asLong());
    }

    String uniqueId() {
      return storageType + pathOrInline + (offset == null ? "" : "@" + offset);
    }

    ObjectNode json() {
      ObjectNode json = Json.object();
      json.put("storageType", storageType);
      json.put("pathOrInlineDv", pathOrInline);
      if (offset != null) {
        json.put("offset", offset);
      }
      json.put("sizeInBytes", size);
      json.put("cardinality", cardinality);
      return json;
    }
  }

  /** Writes the positions into a new file of the table's folder. */
  static Descriptor store(Path table, RoaringBitmap positions) throws IOException {
    byte[] bytes = serialized(positions);
    CRC32 checksum = new CRC32();
    checksum.update(bytes);
    UUID id = UUID.randomUUID();
    try (var out = new DataOutputStream(Files.newOutputStream(file(table, id)))) {
      out.writeByte(FILE_VERSION);
      out.writeInt(bytes.length);
      out.write(bytes);
      out.writeInt((int) checksum.getValue());
    }
    return new Descriptor("u", Base85.encode(id), 1, bytes.length, positions.getLongCardinality());
  }

  static RoaringBitmap load(Path table, Descriptor descriptor) throws IOException {
    return switch (descriptor.storageType()) {
      case "i" -> parsed(Base85.decode(descriptor.pathOrInline(), descriptor.size()));
      case "u" -> {
        String text = descriptor.pathOrInline();
        String prefix = text.substring(0, text.length() - Base85.UUID_LENGTH);
        UUID id = Base85.decodeUuid(text.substring(prefix.length()));
        yield read(file(prefix.isEmpty() ? table : table.resolve(prefix), id), descriptor);
      }
      default -> read(Path.of(java.net.URI.create(descriptor.pathOrInline())), descriptor);
    };
  }

  private static Path file(Path folder, UUID id) {
    return folder.resolve("deletion_vector_" + id + ".bin");
  }

  private static RoaringBitmap read(Path file, Descriptor descriptor) throws IOException {
    try (var in = new RandomAccessFile(file.toFile(), "r")) {
      in.seek(descriptor.offset() == null ? 0 : descriptor.offset());
      int size = in.readInt();
      if (size != descriptor.size()) {
        throw new IOException(
            "deletion vector of " + size + " bytes where the log says " + descriptor.size());
      }
      byte[] bytes = new byte[size];
      in.readFully(bytes);
      CRC32 checksum = new CRC32();
      checksum.update(bytes);
      if ((int) checksum.getValue() != in.readInt()) {
        throw new IOException("checksum of deletion vector " + file.getFileName() + " does not fit");
      }
      return parsed(bytes);
    }
  }

  private static byte[] serialized(RoaringBitmap positions) throws IOException {
    positions.runOptimize();
    var bytes = new ByteArrayOutputStream();
    ByteBuffer head = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    bytes.write(head.putInt(MAGIC).putLong(1).putInt(0).array());
    positions.serialize(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static RoaringBitmap parsed(byte[] bytes) throws IOException {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (buffer.getInt() != MAGIC) {
      throw new IOException("deletion vector of an unknown format");
    }
    long bitmaps = buffer.getLong();
    RoaringBitmap positions = new RoaringBitmap();
    if (bitmaps == 0) {
      return positions;
    }
    if (bitmaps > 1 || buffer.getInt() != 0) {
      throw new IOException("files of more than 2^31 rows are not supported here");
    }
    positions.deserialize(new DataInputStream(
        new java.io.ByteArrayInputStream(bytes, buffer.position(), buffer.remaining())));
    return positions;
  }
}
