package modeldoc

import (
	"context"
	"fmt"
	"strings"

	"lockheld/properties"
	"lockheld/sched"
)

// plainPreemptions is the bound of the plain search that the table compares
// reduction with.
const plainPreemptions = 2

// Executions returns the table of the executions of each scenario: of the
// search with reduction, and of the plain search for comparison.
func Executions() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "## Executions of the scenarios\n\n")
	fmt.Fprintf(&b, "`dpor` runs one execution of each class of equivalent schedules, without a bound; `complete` is a proof for the scenario. For comparison the executions of\n"+
		"`-strategy dfs -preemptions %d`, which runs every schedule with so few preemptions. Large forms have too many classes for a complete search. Of the scenarios that are\n"+
		"made for a variant, some fail in Go 1.16: the search then ends at what it found.\n\n", plainPreemptions)
	fmt.Fprintf(&b, "| scenario | classes | steps | longest | verdict | dfs, %d preemptions |\n|---|---|---|---|---|---|\n", plainPreemptions)
	for _, sc := range append(properties.Scenarios(), properties.SpecialScenarios()...) {
		p, err := properties.Build{Scenario: sc.Name}.Program()
		if err != nil {
			return "", err
		}
		r, err := sched.Explore(context.Background(), p, sched.Options{Strategy: "dpor", Preemptions: -1, Shrink: -1})
		if err != nil {
			return "", err
		}
		d, err := sched.Explore(context.Background(), p, sched.Options{Strategy: "dfs", Preemptions: plainPreemptions, Shrink: -1})
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %v | %d |\n", sc.Name, r.Executions, r.Steps, r.MaxSteps, r.Verdict, d.Executions)
	}
	return b.String(), nil
}
