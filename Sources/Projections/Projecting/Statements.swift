/// The statements of the models. Each stands in a file of its own in its model's folder, which also declares it here.
enum Statements {}
