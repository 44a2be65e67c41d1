package org.instructgpt.records;

import java.util.Set;

/// Fields that are about a row and neither ask nor answer: its id, date, source, language.
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
