package org.instructgpt.records;

import java.util.Set;

/// Names of metadata fields, such as id, date, source, language: neither a prompt nor an answer.
final class MetadataFields {
  private static final Set<String> NAMES =
      Set.of(
          "id",
          "promptid",
          "questionid",
          "conversationid",
          "taskid",
          "uuid",
          "idx",
          "index",
          "source",
          "dataset",
          "subset",
          "split",
          "lang",
          "language",
          "locale",
          "country",
          "timestamp",
          "date",
          "time",
          "created",
          "createdat",
          "updatedat",
          "tstamp",
          "tag",
          "tags",
          "topic",
          "domain",
          "difficulty",
          "license",
          "url",
          "meta",
          "metadata",
          "filename",
          "type",
          "turn",
          "category",
          "usecase",
          "task",
          "taskname",
          "title",
          "messageid",
          "sourceid",
          "datasource",
          "version",
          "origin",
          "keywords",
          "level");

  private MetadataFields() {}

  static boolean isOne(String name) {
    return NAMES.contains(FieldRole.plain(name));
  }
}
