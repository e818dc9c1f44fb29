import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;

/**
 * Writes recorded.json anew: random texts, and what java.util.Properties makes of each.
 *
 * <p>java tests/check/Record.java &gt; tests/check/recorded.json
 */
class Record {
    static final String[] PIECES = {
        "a", "b", "c", "=", ":", "#", "!", " ", "\t", "\n", "\r", "\r\n", "\f", "\\", "\\\n", "\\\r\n", "\\\\",
        "\\t", "\\n", "\\ ", "\\=", "\\:", "\\#", "\\u0041", "\\u00e9", "\\ud83d\\ude00", "\\u00", "acks", "=1\n", "\n\n",
    };

    public static void main(String[] args) throws Exception {
        Random random = new Random(7);
        StringBuilder out = new StringBuilder("[\n");
        for (int n = 0; n < 1000; n++) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(24); length >= 0; length--) {
                text.append(PIECES[random.nextInt(PIECES.length)]);
            }
            // A backslash alone at the very end would be a property without a name, which nobody means.
            text.append("\nend=1");
            Properties properties = new Properties();
            String result;
            try {
                properties.load(new StringReader(text.toString()));
                StringBuilder entries = new StringBuilder("{");
                for (Map.Entry<Object, Object> entry : new TreeMap<>(properties).entrySet()) {
                    entries.append(entries.length() > 1 ? ", " : "");
                    entries.append(json((String) entry.getKey())).append(": ").append(json((String) entry.getValue()));
                }
                result = entries.append("}").toString();
            } catch (IllegalArgumentException e) {
                result = json(e.getMessage());
            }
            out.append(n > 0 ? ",\n" : "").append("[").append(json(text.toString())).append(", ").append(result).append("]");
        }
        System.out.println(out.append("\n]"));
    }

    /** As JSON in ASCII; half a surrogate pair becomes the replacement character. */
    static String json(String text) {
        int[] points = text.codePoints().map(c -> c >= 0xd800 && c < 0xe000 ? 0xfffd : c).toArray();
        text = new String(points, 0, points.length);
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            out.append(c == '"' || c == '\\' || c < ' ' || c > '~' ? String.format("\\u%04x", (int) c) : "" + c);
        }
        return out.append('"').toString();
    }
}
