package org.instructgpt.records;

import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.statement.DefaultStatementBuilder;
import org.jdbi.v3.core.statement.StatementBuilder;
import org.jdbi.v3.core.statement.StatementContext;

/// A cache of the prepared statements of one connection, so that SQLite compiles each only once;
/// SQLite's driver has no cache of its own, PostgreSQL's has. Not thread-safe.
final class StatementCache implements StatementBuilder {
  /// The size of the cache.
  private static final int MOST = 200;

  private final StatementBuilder plain = new DefaultStatementBuilder();
  private final Map<String, PreparedStatement> idle = new HashMap<>();

  @Override
  public PreparedStatement create(Connection connection, String sql, StatementContext context)
      throws SQLException {
    PreparedStatement kept = idle.remove(sql);
    return kept == null ? plain.create(connection, sql, context) : kept;
  }

  @Override
  public void close(Connection connection, String sql, Statement statement) throws SQLException {
    if (statement instanceof PreparedStatement done && idle.size() < MOST) {
      done.clearParameters();
      done.clearBatch();
      PreparedStatement twin = idle.put(sql, done);
      if (twin != null) {
        twin.close();
      }
    } else {
      statement.close();
    }
  }

  @Override
  public Statement create(Connection connection, StatementContext context) throws SQLException {
    return plain.create(connection, context);
  }

  @Override
  public CallableStatement createCall(Connection connection, String sql, StatementContext context)
      throws SQLException {
    return plain.createCall(connection, sql, context);
  }
}
