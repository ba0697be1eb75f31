/// What `sheaf init` writes.
///
/// The tests parse both.
enum InitTemplates {
    static let configuration = """
        # Sheaf's configuration. Paths are meant from this file's folder. `sheaf check` tells every mistake.

        # The database. Its password comes from SHEAF_STORE_PASSWORD or from a file: never from here.
        store: mysql://sheaf@127.0.0.1/labels?ssl-mode=preferred
        # store_password_file: store-password.txt

        # The service account that reads the sheets. Share each spreadsheet with its address, as a viewer.
        # Without this, GOOGLE_APPLICATION_CREDENTIALS or the metadata server are asked.
        google:
          credentials: service-account.json

        # The language of messages about cells: ja or en.
        language: ja

        datasets:
          dish:
            schema: schemas/dish.yaml
            sheets:
              # The id stands between /d/ and /edit in the spreadsheet's address.
              - spreadsheet: put-the-spreadsheet-id-here
                tab: 料理
                annotator: nutritionist-1
            # A run that would do more than this is held until somebody approves it. So many rows (floor) always pass.
            guards:
              max_deleted: 5%
              max_changed: 50%
              max_rejected: 20%
              floor: 10
            # Train when labels have changed. The program is told what to read and where to report by SHEAF_… variables.
            # training:
            #   when: { min_changes: 50, quiet: 30m, at_most_every: 6h }
            #   launcher: { kind: command, run: [python3, train.py], timeout: 2h }

        """

    static let schema = """
        # What annotators decide about a dish: a Table Schema (https://datapackage.org/standard/table-schema/).
        # A sheet has one column for each field, found by its title, in any order; other columns are left alone.
        name: dish
        title: 料理
        description: 料理の名前を見て、種類を選びます。

        # A row is known by these fields, never by its place: sorting or moving rows changes no label.
        primaryKey: [dish_id]

        sheaf:
          # How text is evened out before it is compared: full-width letters and digits, spaces at both ends.
          normalize: [nfkc, trim]
          # What holds across columns, in words. With `severity: warning` it is told, and the row is taken all the same.
          # rules:
          #   - rule: if kind = 'その他' then name is filled
          #     severity: warning

        # What no two labels may share, and values that have to stand in a list file or in another dataset:
        # uniqueKeys: [[name]]
        # foreignKeys:
        #   - { fields: [name], reference: { resource: lists/names.csv, fields: [name] } }

        fields:
          - name: dish_id
            type: integer
            title: 料理ID
            constraints: { required: true, minimum: 1 }
            sheaf: { role: key }

          # Context is what annotators look at, and what a model learns from.
          - name: name
            type: string
            title: 料理名
            constraints: { required: true, maxLength: 200 }
            sheaf: { role: context }

          # A label is what annotators decide. A row whose labels are all blank is work to do, not a mistake.
          - name: kind
            type: string
            title: 種類
            constraints:
              required: true
              enum: [主食, 主菜, 副菜, 汁物, デザート, その他]
            sheaf:
              role: label
              # Spellings that are as good as the value before the colon, and become it.
              aliases: { 主菜: [メイン], 汁物: [スープ] }
              # After a renaming: the name until now, so that labels keep their values and their history.
              # was: [course]

          # Who annotated. Kept with each label's history, and not part of what is exported.
          - name: annotator
            type: string
            title: 担当者
            sheaf: { role: annotator }

        """
}
