package org.instructgpt.app;

import picocli.CommandLine.IVersionProvider;

/// What `--version` says: ours, from the jar's manifest, and the Java that runs it.
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    var ours = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "instructgpt " + (ours == null ? "(not packaged)" : ours),
      "Java "
          + Runtime.version()
          + ", "
          + System.getProperty("os.name")
          + " "
          + System.getProperty("os.arch")
    };
  }
}
