package litmus

import (
	"errors"
	"fmt"
	"strings"
)

// Error is a bad litmus file: one line that says where and what.
type Error struct {
	File string
	Line int // from 1
	What string
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.What) }

// Parse reads the litmus file src; file is only used in errors, which are all of type *Error.
func Parse(file, src string) (*Program, error) {
	p := parser{prog: &Program{}, names: map[string]named{}}
	lines := strings.Split(strings.TrimSuffix(src, "\n"), "\n")
	for i, text := range lines {
		p.line = i + 1
		w, err := words(text)
		switch {
		case err != nil && p.at == sectionVersion && !strings.Contains(text, "litmus"):
			err = errNoLitmus
		case err == nil && len(w) > 0:
			err = p.parseLine(w)
		}
		if err != nil {
			return nil, &Error{File: file, Line: p.line, What: err.Error()}
		}
	}
	if err := p.atEnd(); err != nil {
		return nil, &Error{File: file, Line: len(lines), What: err.Error()}
	}
	return p.prog, nil
}

// errNoLitmus is the error for a file of another kind.
var errNoLitmus = errors.New("a litmus file starts with the line: litmus 1")

// section is how far into the file the parser is; lines of an earlier section may not follow.
type section int

const (
	sectionVersion section = iota // litmus 1
	sectionName                   // name NAME
	sectionObjects                // mutex, rwmutex, var
	sectionTasks                  // task
	sectionFinals                 // final
)

// named is what a name of the file stands for.
type named struct {
	word  string // mutex, rwmutex, var or task
	index int    // in Program.Objects or Program.Tasks
	line  int
}

type parser struct {
	prog  *Program
	line  int
	at    section
	names map[string]named
}

// firstWords has the words that start a line, and the section that they belong to.
var firstWords = []struct {
	word  string
	in    section
	parse func(p *parser, w []string) error
}{
	{"litmus", sectionVersion, (*parser).version},
	{"name", sectionName, (*parser).name},
	{"mutex", sectionObjects, (*parser).lock},
	{"rwmutex", sectionObjects, (*parser).lock},
	{"var", sectionObjects, (*parser).variable},
	{"task", sectionTasks, (*parser).task},
	{"final", sectionFinals, (*parser).final},
}

func (p *parser) parseLine(w []string) error {
	for _, f := range firstWords {
		if f.word != w[0] {
			continue
		}
		if err := p.enter(f.in, f.word); err != nil {
			return err
		}
		return f.parse(p, w)
	}
	if p.at == sectionVersion {
		return errNoLitmus
	}
	return fmt.Errorf("unknown line %q; a line starts with name, mutex, rwmutex, var, task or final", w[0])
}

// enter checks that a line of section in may stand here. The order is litmus,
// name, objects, tasks, finals; the first two stand there exactly once.
func (p *parser) enter(in section, word string) error {
	switch {
	case p.at == sectionVersion && in != sectionVersion:
		return fmt.Errorf("%s before the first line, which is: litmus 1", word)
	case p.at == sectionName && in != sectionName && in != sectionVersion:
		return fmt.Errorf("%s before the second line, which is: name NAME", word)
	case in <= sectionName && in < p.at:
		return fmt.Errorf("a second %s line", word)
	case in == sectionObjects && p.at > in:
		return fmt.Errorf("%s after the first task; locks and variables stand before the tasks", word)
	case in == sectionTasks && p.at > in:
		return fmt.Errorf("task after final; the tasks stand before the first final")
	case in == sectionFinals && len(p.prog.Tasks) == 0:
		return fmt.Errorf("final before the first task")
	}
	p.at = in
	return nil
}

// atEnd checks that nothing is missing.
func (p *parser) atEnd() error {
	switch {
	case p.at == sectionVersion:
		return fmt.Errorf("the file is empty; it starts with the line: litmus 1")
	case p.at == sectionName:
		return fmt.Errorf("no name; the second line is: name NAME")
	case len(p.prog.Tasks) == 0:
		return fmt.Errorf("no task; a program has one or more lines: task T: OP; OP")
	}
	return nil
}

func (p *parser) version(w []string) error {
	if len(w) != 2 {
		return lineShape(w, "litmus 1")
	}
	if w[1] != "1" {
		return fmt.Errorf("version %q is not known; this reads: litmus 1", w[1])
	}
	p.at = sectionName
	return nil
}

func (p *parser) name(w []string) error {
	if len(w) != 2 {
		return lineShape(w, "name NAME")
	}
	if !isProgramName(w[1]) {
		return fmt.Errorf("bad name %q; a program's name is letters, digits and _, later also . and -", w[1])
	}
	p.prog.Name = w[1]
	p.at = sectionObjects
	return nil
}

func (p *parser) lock(w []string) error {
	if len(w) != 2 {
		return lineShape(w, w[0]+" M")
	}
	kind := Mutex
	if w[0] == "rwmutex" {
		kind = RWMutex
	}
	return p.object(Object{Kind: kind, Name: w[1]})
}

func (p *parser) variable(w []string) error {
	if len(w) != 4 || w[2] != "=" {
		return lineShape(w, "var X = N")
	}
	n, err := parseNumber(w[3])
	if err != nil {
		return err
	}
	return p.object(Object{Kind: Var, Name: w[1], Init: n})
}

func (p *parser) object(o Object) error {
	if err := p.declare(o.Name, o.Kind.String(), len(p.prog.Objects)); err != nil {
		return err
	}
	p.prog.Objects = append(p.prog.Objects, o)
	return nil
}

// declare enters a name that must be new in the file.
func (p *parser) declare(name, word string, index int) error {
	if !isIdent(name) {
		return fmt.Errorf("bad name %q; the name of a %s is letters, digits and _, and starts with no digit", name, word)
	}
	if old, ok := p.names[name]; ok {
		return fmt.Errorf("%s is already the name of a %s (line %d)", name, old.word, old.line)
	}
	p.names[name] = named{word: word, index: index, line: p.line}
	return nil
}

func (p *parser) final(w []string) error {
	if len(w) != 4 {
		return lineShape(w, "final X == N")
	}
	object, err := p.resolve(w[1], "var")
	if err != nil {
		return fmt.Errorf("final: %w", err)
	}
	c, err := parseCond(w[2], w[3])
	if err != nil {
		return fmt.Errorf("final: %w", err)
	}
	p.prog.Finals = append(p.prog.Finals, Final{Object: object, Cond: c})
	return nil
}

// resolve finds the object called name, which must be of the kind that word declares.
func (p *parser) resolve(name, word string) (int, error) {
	n, ok := p.names[name]
	if !ok {
		if !isIdent(name) {
			return 0, fmt.Errorf("%q is no name of a %s", name, word)
		}
		return 0, fmt.Errorf("%s is not declared; it needs a line: %s %s", name, word, declaration(word, name))
	}
	if n.word != word {
		return 0, fmt.Errorf("%s is a %s (line %d), not a %s", name, n.word, n.line, word)
	}
	return n.index, nil
}

// declaration is what follows word in the line that would declare name.
func declaration(word, name string) string {
	if word == "var" {
		return name + " = 0"
	}
	return name
}

// lineShape is the error for a line that has not the words that it needs.
func lineShape(w []string, want string) error {
	return fmt.Errorf("bad %s line %q; it is: %s", w[0], strings.Join(w, " "), want)
}
