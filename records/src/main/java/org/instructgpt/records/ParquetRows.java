package org.instructgpt.records;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;

/// Reads the rows of a Parquet file by DuckDB, which is an optional dependency.
///
/// Each row is converted to JSON, so that lists and structures are as in a JSON file.
final class ParquetRows {
  private static final String QUERY =
      "SELECT to_json(row_of_the_file)::VARCHAR FROM read_parquet(?) AS row_of_the_file";

  private ParquetRows() {}

  static void read(Path file, RowVisitor visitor) throws IOException {
    Properties settings = new Properties();
    settings.setProperty("jdbc_stream_results", "true");
    settings.setProperty("autoinstall_known_extensions", "false");
    settings.setProperty("autoload_known_extensions", "false");
    settings.setProperty("threads", "1");
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:", settings);
        PreparedStatement query = connection.prepareStatement(QUERY)) {
      query.setString(1, pattern(file));
      try (ResultSet rows = query.executeQuery()) {
        boolean wanted = true;
        for (long row = 1; wanted && rows.next(); row++) {
          wanted = visitor.row(row, "", RowJson.MAPPER.readTree(rows.getString(1)));
        }
      }
    } catch (JsonProcessingException impossible) {
      throw new IOException("DuckDB wrote what is no JSON", impossible);
    } catch (SQLException failure) {
      String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("no suitable driver")) {
        throw new IllegalArgumentException(
            "reading Parquet needs DuckDB (org.duckdb:duckdb_jdbc) on the class path", failure);
      }
      if (message.contains("out of memory") || message.contains("permission")) {
        throw new IOException("the Parquet file could not be read", failure);
      }
      visitor.unreadable(1, "a whole Parquet file", "one that is broken or breaks off");
    }
  }

  /// DuckDB interprets `*`, `?` and `[` in a name as a pattern; this escapes them.
  private static String pattern(Path file) {
    return file.toAbsolutePath().toString().replaceAll("([*?\\[])", "[$1]");
  }
}
