package properties

import (
	"fmt"
	"strings"

	"lockheld/heap"
	"lockheld/model"
	"lockheld/sched"
)

// A Build says which program to make. The zero value of a field is its
// default.
type Build struct {
	// Scenario is the name of a scenario.
	Scenario string
	// Variant is the name of a variant; "" is go1.16.
	Variant string
	// Geometry is the name of a geometry; "" is that of the scenario.
	Geometry string
	// Properties selects what is checked: nil is all that apply and are not
	// strict, and the strict ones that the variant is about; names are exactly these; -NAME and +NAME take one away from
	// all, and add one. Properties that are checked inside the engine, the
	// machine or the heap are always checked unless they can be switched off.
	Properties []string
	// Coverage receives the counts of assertion points; nil: nobody.
	Coverage *model.Coverage
	// Observer looks on while Ms run; nil: nobody.
	Observer model.Observer

	ready  func(s *stage) // sees each stage when it is set up; for tests
	always bool           // checks properties in known states too; for tests
}

// Program makes the program. The error says in one line what does not exist.
func (b Build) Program() (*sched.Program, error) {
	sc, err := LookupScenario(b.Scenario)
	if err != nil {
		return nil, err
	}
	return b.program(sc)
}

func (b Build) program(sc *Scenario) (*sched.Program, error) {
	v, err := heap.LookupVariant(b.variant())
	if err != nil {
		return nil, err
	}
	name := b.Geometry
	if name == "" {
		name = sc.Geometry
	}
	g := heap.GeometryByName(name)
	if g == nil {
		return nil, fmt.Errorf("no geometry %q, have %s", name, strings.Join(geometryNames(), ", "))
	}
	sel, err := choose(b.Properties)
	if err != nil {
		return nil, err
	}
	if b.Properties == nil {
		for _, name := range v.Strict {
			sel[name] = true
		}
	}
	return &sched.Program{Name: sc.Name, Reusable: true, Setup: func(w *sched.World) {
		s := newStage(w, sc, g, v, sel, b)
		s.always = b.always
		s.run()
		if b.ready != nil {
			b.ready(s)
		}
	}}, nil
}

func (b Build) variant() string {
	if b.Variant == "" {
		return "go1.16"
	}
	return b.Variant
}

func geometryNames() []string {
	var names []string
	for _, g := range heap.Geometries() {
		names = append(names, g.Name)
	}
	return names
}
