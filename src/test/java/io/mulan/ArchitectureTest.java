package io.mulan;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Dependencies between packages point one way: {@code cli → run → training → diffusion → nn → tf}.
 */
final class ArchitectureTest {
  private static final String ROOT = "io.mulan";

  /** A package, and our packages that it may use in addition to itself. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          below("files", ""),
          below("console", ""),
          below("tf", ""),
          below("config", "files"),
          below("numpy", "files"),
          below("formats", "numpy config files"),
          below("readers", "formats numpy config files"),
          below("data", "readers formats numpy config files"),
          below("nn", "tf config"),
          below("cluster", "tf config console files"),
          below("diffusion", "nn tf config"),
          below("drawing", "data formats config files"),
          below("flow", "diffusion nn tf config console"),
          below("frechet", "tf data formats numpy config files"),
          below("likelihood", "flow diffusion nn tf data config"),
          below("sampling", "flow diffusion nn tf config"),
          below("training", "likelihood diffusion nn cluster tf data config console files"),
          below("export", "sampling likelihood flow diffusion nn tf data config files"),
          below("compression", "training likelihood diffusion nn tf data config console files"),
          below("interop", "training diffusion tf numpy config files"),
          below("illustration", "training drawing diffusion nn tf config"),
          below(
              "run",
              "training export sampling likelihood flow diffusion nn cluster drawing tf data numpy"
                  + " config console files"),
          below(
              "results",
              "run compression training export sampling likelihood flow diffusion cluster drawing tf"
                  + " data numpy config console files"),
          below(
              "study",
              "results run training sampling likelihood diffusion drawing tf data config console"),
          below(
              "benchmark",
              "run training export sampling likelihood flow diffusion cluster nn tf data config"
                  + " console files"),
          below(
              "report",
              "study results run training export likelihood diffusion cluster drawing tf data config"
                  + " console files"));

  /** What of {@code System} is the same wherever a program runs. */
  private static final Set<String> OF_ANY_PROGRAM =
      Set.of("nanoTime", "currentTimeMillis", "arraycopy", "identityHashCode", "lineSeparator");

  private static final Set<String> READ_PROPERTIES =
      Set.of("Boolean.getBoolean", "Integer.getInteger", "Long.getLong");

  private static final JavaClasses OURS =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  static Stream<String> restrictedPackages() {
    return MAY_USE.keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("restrictedPackages")
  void aPackageUsesOnlyTheOnesBelowIt(String name) {
    Set<String> allowed = new TreeSet<>(MAY_USE.get(name));
    allowed.add(name);
    String[] inside = allowed.stream().map(ArchitectureTest::tree).toArray(String[]::new);
    classes()
        .that()
        .resideInAPackage(tree(name))
        .should()
        .onlyDependOnClassesThat(not(resideInAPackage(ROOT + "..")).or(resideInAnyPackage(inside)))
        .allowEmptyShould(true)
        .check(OURS);
  }

  @Test
  void everyPackageHasItsPlaceInTheOrder() {
    String[] known =
        Stream.concat(MAY_USE.keySet().stream(), Stream.of("cli"))
            .map(ArchitectureTest::tree)
            .toArray(String[]::new);
    classes().should().resideInAnyPackage(known).check(OURS);
  }

  @Test
  void onlyTheCommandLineKnowsCommonsCli() {
    noClasses()
        .that()
        .resideOutsideOfPackage(tree("cli"))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.commons.cli..", tree("cli"))
        .check(OURS);
  }

  /** So that a command can run within another program, such as a test. */
  @Test
  void onlyTheStartReadsTheProcess() {
    DescribedPredicate<JavaAccess<?>> ofTheProcess =
        DescribedPredicate.describe(
            "is of the process",
            access ->
                (access.getTargetOwner().isEquivalentTo(System.class)
                        && !OF_ANY_PROGRAM.contains(access.getName()))
                    || READ_PROPERTIES.contains(
                        access.getTargetOwner().getSimpleName() + "." + access.getName()));
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".cli.Main")
        .should()
        .accessTargetWhere(ofTheProcess)
        .check(OURS);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(OURS);
  }

  @Test
  void whatBuildsGraphsRunsNoSession() {
    noClasses()
        .that()
        .resideInAnyPackage(tree("nn"), tree("diffusion"))
        .should()
        .dependOnClassesThat()
        .haveNameMatching(".*\\.(Graph)?Session")
        .allowEmptyShould(true)
        .check(OURS);
  }

  private static Map.Entry<String, Set<String>> below(String name, String others) {
    return Map.entry(name, others.isEmpty() ? Set.of() : Set.of(others.split(" ")));
  }

  private static String tree(String name) {
    return ROOT + "." + name + "..";
  }
}
