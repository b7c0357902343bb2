//! Which place each name has, and which parameters are arrays.

use std::collections::HashMap;

use super::tree::{Expr, Function, Place, SPECIALS};

/// What is known of names while a program is parsed.
pub struct Names {
    globals: HashMap<String, u32>,
    pub global_names: Vec<String>,
    functions: HashMap<String, usize>,
    /// The functions in the order in which their names were first seen; a body makes them whole.
    pub defined: Vec<Option<Function>>,
    pub function_names: Vec<String>,
    /// The parameters of the function that is being parsed.
    locals: HashMap<String, u32>,
    current: Option<usize>,
    arrays: Vec<Vec<bool>>,
    /// Parameter `.1` of function `.0` is handed on as parameter `.3` of function `.2`.
    handed: Vec<(usize, usize, usize, usize)>,
    /// IGNORECASE is set from outside the program's text.
    pub ignores_case: bool,
}

impl Names {
    pub fn new() -> Self {
        let mut names = Names {
            globals: HashMap::new(),
            global_names: Vec::new(),
            functions: HashMap::new(),
            defined: Vec::new(),
            function_names: Vec::new(),
            locals: HashMap::new(),
            current: None,
            arrays: Vec::new(),
            handed: Vec::new(),
            ignores_case: false,
        };
        for (name, _) in SPECIALS {
            names.global(name);
        }
        names
    }

    pub fn global(&mut self, name: &str) -> u32 {
        if let Some(&known) = self.globals.get(name) {
            return known;
        }
        let number = self.global_names.len() as u32;
        self.globals.insert(name.to_string(), number);
        self.global_names.push(name.to_string());
        number
    }

    pub fn place(&mut self, name: &str) -> Place {
        match self.locals.get(name) {
            Some(&number) => Place::Local(number),
            None => Place::Global(self.global(name)),
        }
    }

    /// A place that is used as an array.
    pub fn array(&mut self, name: &str) -> Place {
        let place = self.place(name);
        if let (Place::Local(number), Some(current)) = (place, self.current) {
            self.mark(current, number as usize);
        }
        place
    }

    fn mark(&mut self, function: usize, parameter: usize) {
        let arrays = &mut self.arrays[function];
        if arrays.len() <= parameter {
            arrays.resize(parameter + 1, false);
        }
        arrays[parameter] = true;
    }

    pub fn is_function(&self, name: &str) -> bool {
        self.functions.get(name).is_some_and(|number| self.defined[*number].is_some())
    }

    pub fn function(&mut self, name: &str) -> usize {
        if let Some(&known) = self.functions.get(name) {
            return known;
        }
        let number = self.function_names.len();
        self.functions.insert(name.to_string(), number);
        self.function_names.push(name.to_string());
        self.defined.push(None);
        self.arrays.push(Vec::new());
        number
    }

    pub fn enter(&mut self, function: usize, parameters: &[String]) {
        self.current = Some(function);
        self.locals = parameters.iter().enumerate().map(|(index, name)| (name.clone(), index as u32)).collect();
    }

    pub fn leave(&mut self) {
        self.current = None;
        self.locals.clear();
    }

    /// Notes what a call hands on.
    pub fn note_call(&mut self, callee: usize, arguments: &[Expr]) {
        let Some(current) = self.current else { return };
        for (index, argument) in arguments.iter().enumerate() {
            if let Expr::Variable(Place::Local(number)) = argument {
                self.handed.push((current, *number as usize, callee, index));
            }
        }
    }

    /// The functions with what is known of their parameters, or the name of one that is called and not defined.
    pub fn finish(&mut self) -> Result<Vec<Function>, String> {
        loop {
            let mut changed = false;
            for (caller, parameter, callee, index) in self.handed.clone() {
                let is_array = self.arrays[callee].get(index).copied().unwrap_or(false);
                if is_array && !self.arrays[caller].get(parameter).copied().unwrap_or(false) {
                    self.mark(caller, parameter);
                    changed = true;
                }
            }
            if !changed {
                break;
            }
        }
        let mut functions = Vec::new();
        for (number, function) in std::mem::take(&mut self.defined).into_iter().enumerate() {
            let Some(mut function) = function else { return Err(self.function_names[number].clone()) };
            let mut arrays = std::mem::take(&mut self.arrays[number]);
            arrays.resize(function.parameters.len(), false);
            function.arrays = arrays;
            functions.push(function);
        }
        Ok(functions)
    }
}
