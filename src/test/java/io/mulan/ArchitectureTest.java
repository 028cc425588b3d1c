package io.mulan;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

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

/** Dependencies between packages point one way: {@code cli → training → diffusion → nn → tf}. */
final class ArchitectureTest {
  private static final String ROOT = "io.mulan";

  /** A package, and the packages of ours that it may use besides itself. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.ofEntries(
          Map.entry("files", Set.of()),
          Map.entry("config", Set.of("files")),
          Map.entry("tf", Set.of()),
          Map.entry("nn", Set.of("tf", "config")),
          Map.entry("diffusion", Set.of("nn", "tf", "config")),
          Map.entry("data", Set.of("config", "files")),
          Map.entry("flow", Set.of("diffusion", "nn", "tf", "config")),
          Map.entry(
              "likelihood", Set.of("flow", "diffusion", "nn", "tf", "config", "files", "data")),
          Map.entry("sampling", Set.of("flow", "diffusion", "nn", "tf", "config", "data")),
          Map.entry(
              "training",
              Set.of("diffusion", "flow", "likelihood", "data", "nn", "tf", "config", "files")),
          Map.entry(
              "export",
              Set.of(
                  "sampling",
                  "likelihood",
                  "flow",
                  "diffusion",
                  "nn",
                  "tf",
                  "config",
                  "files",
                  "data")),
          Map.entry("interop", Set.of("training", "diffusion", "data", "tf", "config", "files")),
          Map.entry("report", Set.of("config", "files", "data")),
          Map.entry(
              "illustration", Set.of("training", "report", "diffusion", "nn", "tf", "config")));

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
        .haveFullyQualifiedName("org.tensorflow.Session")
        .allowEmptyShould(true)
        .check(OURS);
  }

  private static String tree(String name) {
    return ROOT + "." + name + "..";
  }
}
