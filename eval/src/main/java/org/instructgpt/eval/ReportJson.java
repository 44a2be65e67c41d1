package org.instructgpt.eval;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads and writes `report.json`: the report's records with keys in snake case, in the order of
/// the components, so that two reports can be compared line by line.
///
/// JSON has no number for "not measured": [Double#NaN] is written as null and read back from it.
final class ReportJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(
              new SimpleModule("not measured")
                  .addSerializer(new WriteDouble())
                  .addSerializer(double.class, new WriteDouble())
                  .addDeserializer(Double.class, new ReadDouble())
                  .addDeserializer(double.class, new ReadDouble()))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(
              DeserializationFeature.USE_LONG_FOR_INTS,
              DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
              DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ReportJson() {}

  static String write(Report report) throws IOException {
    return MAPPER.writeValueAsString(report) + "\n";
  }

  static Report read(Path json) throws IOException {
    try {
      return MAPPER.readValue(Files.readString(json), Report.class);
    } catch (JsonProcessingException unlike) {
      throw new IllegalArgumentException(
          "%s, line %d: expected a report as this program writes it, found something else: %s"
              .formatted(json, unlike.getLocation().getLineNr(), unlike.getOriginalMessage()),
          unlike);
    }
  }

  private static final class WriteDouble extends StdScalarSerializer<Double> {
    private static final long serialVersionUID = 1;

    WriteDouble() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }

  private static final class ReadDouble extends StdScalarDeserializer<Double> {
    private static final long serialVersionUID = 1;

    ReadDouble() {
      super(Double.class);
    }

    @Override
    public Double deserialize(JsonParser json, DeserializationContext context) throws IOException {
      if (!json.currentToken().isNumeric()) {
        return (Double) context.handleUnexpectedToken(Double.class, json);
      }
      return json.getDoubleValue();
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }
}
