// Renders templates as Ollama does, with Go's own text/template: reads templates by name and conversations on standard
// input and writes, by name, the text of each conversation. templates.ts runs it.
package main

import (
	"encoding/json"
	"os"
	"strings"
	"text/template"
)

type message struct {
	Role    string
	Content string
}

type input struct {
	Templates     map[string]string
	Conversations [][]message
}

func main() {
	var given input
	if err := json.NewDecoder(os.Stdin).Decode(&given); err != nil {
		panic(err)
	}
	rendered := map[string][]string{}
	for name, text := range given.Templates {
		parsed := template.Must(template.New(name).Parse(text))
		for _, messages := range given.Conversations {
			var system []string
			for _, one := range messages {
				if one.Role == "system" {
					system = append(system, one.Content)
				}
			}
			var out strings.Builder
			data := map[string]any{"Messages": messages, "System": strings.Join(system, "\n\n")}
			if err := parsed.Execute(&out, data); err != nil {
				panic(err)
			}
			rendered[name] = append(rendered[name], out.String())
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(rendered); err != nil {
		panic(err)
	}
}
