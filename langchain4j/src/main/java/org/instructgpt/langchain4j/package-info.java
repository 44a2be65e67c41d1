/// Models and reward models in this process as parts of programs that use LangChain4j.
@NullMarked
package org.instructgpt.langchain4j;

import org.jspecify.annotations.NullMarked;
