package doublelake;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;

/** Z85, the text form in which the log names deletion vector files and carries inline vectors. */
final class Base85 {
  static final int UUID_LENGTH = 20;
  private static final String ALPHABET =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

  private Base85() {}

  static String encode(UUID id) {
    ByteBuffer bytes = ByteBuffer.allocate(16);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits()).flip();
    StringBuilder text = new StringBuilder(UUID_LENGTH);
    while (bytes.hasRemaining()) {
      long word = bytes.getInt() & 0xFFFFFFFFL;
      char[] digits = new char[5];
      for (int i = 4; i >= 0; i--) {
        digits[i] = ALPHABET.charAt((int) (word % 85));
        word /= 85;
      }
      text.append(digits);
    }
    return text.toString();
  }

  static UUID decodeUuid(String text) {
    ByteBuffer bytes = ByteBuffer.wrap(decode(text, 16));
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  /** The first `size` bytes: the text holds whole words of four. */
  static byte[] decode(String text, int size) {
    ByteBuffer bytes = ByteBuffer.allocate(text.length() / 5 * 4);
    for (int start = 0; start + 5 <= text.length(); start += 5) {
      long word = 0;
      for (int i = start; i < start + 5; i++) {
        word = word * 85 + ALPHABET.indexOf(text.charAt(i));
      }
      bytes.putInt((int) word);
    }
    return Arrays.copyOf(bytes.array(), size);
  }
}
